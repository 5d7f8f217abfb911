package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.WebSocketWire;

/** A peer that is there but takes nothing for longer than it may: the other one is told, and has its connection back. */
@NeedsGateway
class StalledPeerIT extends AtEveryDoor {
    private static final long MESSAGE_BYTES = 1_000_000;

    private static final Closing STALLED = new Closing(1008, "A peer took nothing of what was sent.");
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    String[] options() {
        return new String[] {"stall-timeout", "2s", "ping-interval", "1s", "pong-timeout", "1s"};
    }

    @Test
    void aBrowserThatTakesNothingIsGivenUp() throws IOException {
        Recorder<Closing> endings = new Recorder<>("end of Streamlit's socket");
        rig.upstream().on(Rig.streamOf("stalled-browser"), exchange -> {
            WebSocketWire frames = exchange.acceptWebSocket();
            Thread sender = sending(frames);
            endings.add(frames.awaitClosing());
            frames.close();
            Patience.until("the sender ended", () -> !sender.isAlive());
        });

        try (RawWebSocket socket =
                RawWebSocket.dialSlowReader(rig.uri(), rig.target(Rig.streamOf("stalled-browser")), PROTOCOL)) {
            socket.assertAccepted(socket.answer());

            assertEquals(STALLED, endings.take());
        }
    }

    @Test
    void aStreamlitThatTakesNothingIsGivenUp() throws IOException {
        Recorder<String> told = new Recorder<>("test that has seen enough");
        rig.upstream().on(Rig.streamOf("stalled-streamlit"), exchange -> {
            exchange.acceptWebSocket();
            told.take();
        });

        try (RawWebSocket socket = rig.open("stalled-streamlit", PROTOCOL)) {
            Thread sender = sending(socket.frames());

            assertEquals(STALLED, socket.frames().awaitClosing());
            told.add("closed");
            Patience.until("the sender ended", () -> !sender.isAlive());
        }
    }

    /** Sends messages without an end on another thread, until the connection is cut. */
    private static Thread sending(WebSocketWire frames) {
        Thread thread = new Thread(() -> sendUntilCut(frames), "sender");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void sendUntilCut(WebSocketWire frames) {
        try {
            while (true) {
                frames.sendPattern(MESSAGE_BYTES);
            }
        } catch (IOException cut) {
            // as it has to be
        }
    }
}
