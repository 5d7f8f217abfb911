package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.WebSocketWire;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.RunningGateway;
import org.streamlitgateway.it.WarDeployment;

/**
 * Longer than every time-out that a container has by default: 20 s for a blocked send and 60 s for a connection in
 * Tomcat, 30 s for silence in Jetty, embedded or not. All deployments wait at the same time. The gateway's own pings are put
 * off, so that it is not they that keep the sessions.
 */
class EnduranceIT {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int STEPS = 14;
    private static final Duration SILENCE = Duration.ofMinutes(5); // at most
    private static final int LARGE = 20_000_000;
    private static final int LITTLE = 300_000; // 60 kB/s: the kernel's buffers make room well within a minute

    private final List<Visit> visits = new ArrayList<>();
    private FakeStreamlit upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        upstream.on("/_stcore/stream?test=idle", exchange -> {
            WebSocketWire frames = exchange.acceptWebSocket();
            frames.isSilentFor(SILENCE);
            frames.send(frames.nextFrame());
            frames.awaitClosing();
        });
        upstream.on("/_stcore/stream?test=slow", exchange -> exchange.acceptWebSocket()
                .sendPattern(LARGE));
        List<Deployment> deployments = new ArrayList<>(ContainerDeployment.all().toList());
        deployments.addAll(WarDeployment.installed());
        deployments.add(WarDeployment.bridged().get(0));
        for (Deployment deployment : deployments) {
            visits.add(new Visit(deployment, upstream.port()));
        }
        // when all of them are up: nobody reads while another one starts
        for (Visit visit : visits) {
            visit.open();
        }
    }

    @AfterEach
    void stop() {
        visits.forEach(Visit::close);
        upstream.close();
    }

    @Test
    @Timeout(300)
    void silentSessionsAndSlowReadersOutliveEveryContainersDefaults() throws IOException {
        Pace.every(STEP, STEPS, step -> {
            for (Visit visit : visits) {
                visit.readALittle();
            }
        });

        for (Visit visit : visits) {
            visit.assertNothingWasLost();
        }
    }

    /** One browser behind one deployment: a session nobody uses, one that is not read for long, a download that creeps. */
    private static final class Visit {
        private final Deployment deployment;
        private final RunningGateway gateway;
        private RawWebSocket idle;
        private RawWebSocket slow;
        private RawHttp download;
        private BodyReader body;
        private int downloaded;

        Visit(Deployment deployment, int upstreamPort) throws IOException {
            this.deployment = deployment;
            gateway = deployment.start(Map.of(
                    "streamlit-host", "127.0.0.1",
                    "streamlit-port", Integer.toString(upstreamPort),
                    "ping-interval", "1h"));
        }

        void open() throws IOException {
            idle = RawWebSocket.open(gateway.uri(), "/_stcore/stream?test=idle");
            slow = RawWebSocket.dialSlowReader(gateway.uri(), "/_stcore/stream?test=slow");
            slow.assertAccepted(slow.answer());
            download = RawHttp.connectSlowReader(gateway.uri());
            download.send(download.head("GET", "/bytes/" + LARGE));
            body = download.body(download.readHead(), "GET");
        }

        void readALittle() throws IOException {
            downloaded += body.read(LITTLE).length;
        }

        void assertNothingWasLost() throws IOException {
            idle.frames().send(Frame.text("still there"));
            assertEquals(Frame.text("still there"), idle.frames().nextMessage(), deployment::name);
            assertEquals(LARGE, slow.frames().readPattern(), deployment::name);
            assertEquals(LARGE, downloaded + body.readAll().length, deployment::name);
            assertEquals(End.COMPLETE, body.end(), deployment::name);
            assertFalse(gateway.log().contains("Exception"), gateway::log);
        }

        void close() {
            gateway.close();
        }
    }
}
