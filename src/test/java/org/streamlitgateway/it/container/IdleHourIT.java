package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.RunningGateway;

/**
 * A session that is unused for an hour, in all containers concurrently: once with default timeouts and pings and a
 * Streamlit that pings every 30 s, and once without any pings, so that no byte is sent. Runs only with {@code
 * -Pidle-hour}.
 */
@EnabledIfSystemProperty(named = "idle.hour", matches = "true", disabledReason = "takes an hour: -Pidle-hour")
class IdleHourIT {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LONGER = Duration.ofHours(2);
    private static final Duration STREAMLITS_PING = Duration.ofSeconds(30);
    private static final Duration GLANCE = Duration.ofMillis(1);
    private static final Duration STEP = Duration.ofSeconds(5);

    private final FakeStreamlit upstream;
    private final List<Visit> visits = new ArrayList<>();

    IdleHourIT() throws IOException {
        upstream = FakeStreamlit.start();
        upstream.on("/_stcore/stream?test=pinged", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            while (true) {
                if (frames.isSilentFor(STREAMLITS_PING)) {
                    frames.send(new Frame(true, Frame.PING, new byte[4]));
                } else if (!answer(frames)) {
                    return;
                }
            }
        });
        upstream.on("/_stcore/stream?test=silent", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            while (!frames.isSilentFor(LONGER) && answer(frames)) {
                // Ends when the browser closes.
            }
        });
    }

    /** Echoes frames, and pings as pongs; returns false after a close frame. */
    private static boolean answer(FrameSocket frames) throws IOException {
        Frame frame = frames.nextFrame();
        if (frame.opcode() == Frame.PING) {
            frames.send(new Frame(true, Frame.PONG, frame.payload()));
        } else if (frame.opcode() != Frame.PONG) {
            frames.send(frame);
        }
        return frame.opcode() != Frame.CLOSE;
    }

    @AfterEach
    void stop() {
        visits.forEach(Visit::close);
        upstream.close();
    }

    @Test
    void unusedSessionsAreOpenAfterOneHour() throws IOException {
        for (ContainerDeployment deployment : ContainerDeployment.all().toList()) {
            visits.add(new Visit(deployment, "pinged", Map.of()));
            visits.add(new Visit(deployment, "silent", Map.of("ping-interval", "2h", "strip-prefix", "yes")));
        }
        for (Visit visit : visits) {
            visit.open(); // not before the last container is up, as pings must be answered
        }

        Pace.every(STEP, 1 + (int) HOUR.dividedBy(STEP), step -> {
            for (Visit visit : visits) {
                visit.answerPings();
            }
        });

        for (Visit visit : visits) {
            visit.assertOpen();
        }
    }

    /** One browser at one deployment. */
    private final class Visit {
        private final String name;
        private final RunningGateway gateway;
        private final String test;
        private RawWebSocket socket;

        Visit(ContainerDeployment deployment, String test, Map<String, String> options) throws IOException {
            this.test = test;
            name = deployment.name() + " " + test;
            Map<String, String> all = new LinkedHashMap<>(options);
            all.put("streamlit-host", "127.0.0.1");
            all.put("streamlit-port", Integer.toString(upstream.port()));
            gateway = deployment.start(all);
        }

        void open() throws IOException {
            socket = RawWebSocket.open(gateway.uri(), "/_stcore/stream?test=" + test);
        }

        void answerPings() throws IOException {
            while (!socket.frames().isSilentFor(GLANCE)) {
                Frame frame = socket.frames().nextFrame();
                assertEquals(Frame.PING, frame.opcode(), () -> name + ": " + frame);
                socket.frames().send(new Frame(true, Frame.PONG, frame.payload()));
            }
        }

        void assertOpen() throws IOException {
            socket.frames().send(Frame.text("still there"));
            assertEquals(Frame.text("still there"), socket.frames().nextMessage(), name);
        }

        void close() {
            gateway.close();
        }
    }
}
