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
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.RunningGateway;
import org.streamlitgateway.it.WarDeployment;

/**
 * Sessions that outlast every default timeout of a container: 20 s for a blocked send and 60 s for a connection in
 * Tomcat, 30 s of silence in Jetty, embedded or not. All deployments wait concurrently. The gateway's own pings are
 * deferred, so that they do not keep the sessions alive.
 */
class EnduranceIT {
    private static final Duration STEP = Duration.ofSeconds(5);
    private static final int STEPS = 14;
    private static final Duration SILENCE = Duration.ofMinutes(5); // an upper bound
    private static final int LARGE = 20_000_000;
    private static final int CHUNK = 300_000; // 60 kB/s: the kernel's buffers drain well within a minute

    private final List<Visit> visits = new ArrayList<>();
    private FakeStreamlit upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        upstream.on("/_stcore/stream?test=idle", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
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
        // starts when all deployments are up: nothing is read while another one starts
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
    void silentSessionsAndSlowReadersOutliveContainerTimeouts() throws IOException {
        Pace.every(STEP, STEPS, step -> {
            for (Visit visit : visits) {
                visit.readChunk();
            }
        });

        for (Visit visit : visits) {
            visit.assertNothingWasLost();
        }
    }

    /** One browser at one deployment: an unused session, a session that is not read for long, and a slow download. */
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

        void readChunk() throws IOException {
            downloaded += body.read(CHUNK).length;
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
