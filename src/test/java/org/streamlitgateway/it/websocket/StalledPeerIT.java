package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** A connected peer that reads nothing for longer than allowed is closed, and so is the other side. */
@NeedsGateway
class StalledPeerIT extends OnEveryDeployment {
    private static final long MESSAGE_BYTES = 1_000_000;

    private static final Closing STALLED = new Closing(1008, "The peer stopped reading.");
    private static final Closing SILENT = new Closing(1001, "The peer did not answer pings.");
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"stall-timeout", "2s", "ping-interval", "1s", "pong-timeout", "4s"};
    }

    @Test
    void browserThatReadsNothingIsClosed() throws IOException {
        Recorder<Closing> endings = new Recorder<>("end of Streamlit's socket");
        fixture.upstream().on(GatewayFixture.streamOf("stalled-browser"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Thread sender = Sender.start(() -> sendForever(frames));
            endings.add(frames.awaitClosing());
            frames.close();
            Eventually.until("the sender ended", () -> !sender.isAlive());
        });

        try (RawWebSocket socket = RawWebSocket.dialSlowReader(
                fixture.uri(), fixture.target(GatewayFixture.streamOf("stalled-browser")), PROTOCOL)) {
            socket.assertAccepted(socket.answer());

            Closing closing = endings.take();
            if (deployment.embedded() || deployment.splices()) {
                assertEquals(STALLED, closing);
            } else {
                assertTrue(
                        List.of(1001, 1008).contains(closing.code()), closing::toString); // Tomcat has its own timeout
            }
        }
    }

    @Test
    void streamlitThatReadsNothingIsClosed() throws IOException {
        Recorder<String> testEnd = new Recorder<>("end of the test");
        fixture.upstream().on(GatewayFixture.streamOf("stalled-streamlit"), exchange -> {
            exchange.acceptWebSocket();
            testEnd.take();
        });

        try (RawWebSocket socket = fixture.open("stalled-streamlit", PROTOCOL)) {
            Thread sender = Sender.start(() -> sendForever(socket.frames()));

            assertEquals(STALLED, socket.frames().awaitClosing());
            testEnd.add("closed");
            Eventually.until("the sender ended", () -> !sender.isAlive());
        }
    }

    @Test
    void streamlitThatAnswersNoPingsIsClosed() throws IOException {
        Recorder<Closing> endings = new Recorder<>("end of Streamlit's socket");
        fixture.upstream().on(GatewayFixture.streamOf("answers-nothing"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Frame frame = frames.nextFrame();
            while (frame.opcode() != Frame.CLOSE) {
                frame = frames.nextFrame();
            }
            endings.add(frame.closing());
        });

        try (RawWebSocket socket = fixture.open("answers-nothing", PROTOCOL)) {
            assertEquals(SILENT, socket.frames().awaitClosing());
            assertEquals(SILENT, endings.take());
        }
    }

    private static void sendForever(FrameSocket frames) throws IOException {
        while (true) {
            frames.sendPattern(MESSAGE_BYTES);
        }
    }
}
