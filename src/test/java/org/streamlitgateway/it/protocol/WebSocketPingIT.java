package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.fixture.WebSocketWire;

/** Whoever is silent is pinged, whatever the other one is doing. */
@NeedsGateway
class WebSocketPingIT extends AtEveryDoor {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    String[] options() {
        return new String[] {"ping-interval", "1"};
    }

    @Test
    void aSilentBrowserIsPinged() throws IOException {
        // streamlit #1386, #12108, #3196, #11670: whatever stands in front cuts sockets that are silent for a minute.
        try (RawWebSocket socket = rig.open("silent-browser", PROTOCOL)) {
            assertEquals(Frame.PING, socket.frames().nextFrame().opcode());
        }
    }

    @Test
    void aSilentUpstreamIsPinged() throws IOException {
        Recorder<Frame> frames = new Recorder<>("frame upstream");
        rig.upstream().on(Rig.streamOf("silent-upstream"), exchange -> {
            WebSocketWire wire = exchange.acceptWebSocket();
            frames.add(wire.nextFrame());
            wire.awaitClosing();
        });

        try (RawWebSocket socket = rig.open("silent-upstream", PROTOCOL)) {
            socket.answerInBackground();
            assertEquals(Frame.PING, frames.take().opcode());
        }
    }

    @Test
    void aPingBetweenTheFragmentsOfAMessageDoesNotBreakIt() throws IOException {
        Signal pinged = new Signal("ping between two fragments");
        rig.upstream().on(Rig.streamOf("slow-message"), exchange -> {
            WebSocketWire wire = exchange.acceptWebSocket();
            wire.send(new Frame(false, Frame.BINARY, new byte[] {1}));
            pinged.await();
            wire.send(new Frame(true, Frame.CONTINUATION, new byte[] {2}));
            wire.awaitClosing();
        });

        try (RawWebSocket socket = rig.open("slow-message", PROTOCOL)) {
            WebSocketWire frames = socket.frames();
            assertEquals(new Frame(false, Frame.BINARY, new byte[] {1}), frames.nextFrame());
            assertEquals(Frame.PING, frames.nextFrame().opcode());
            frames.send(new Frame(true, Frame.PONG, new byte[0]));
            pinged.give();

            assertEquals(new Frame(true, Frame.CONTINUATION, new byte[] {2}), frames.nextFrame());
        }
    }
}
