package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Bursts of messages and pauses: a silent peer is pinged, whatever the other peer is doing. */
@NeedsGateway
class WebSocketRhythmIT extends OnEveryDeployment {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"ping-interval", "1"};
    }

    @Test
    void silentBrowserIsPinged() throws IOException {
        // streamlit #1386, #12108, #3196, #11670: proxies in front cut sockets that are silent for a minute.
        try (RawWebSocket socket = fixture.open("silent-browser", PROTOCOL)) {
            assertEquals(Frame.PING, socket.frames().nextFrame().opcode());
        }
    }

    @Test
    void silentUpstreamIsPinged() throws IOException {
        Recorder<Frame> frames = new Recorder<>("frame upstream");
        fixture.upstream().on(GatewayFixture.streamOf("silent-upstream"), exchange -> {
            FrameSocket peer = exchange.acceptWebSocket();
            frames.add(peer.nextFrame());
            peer.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("silent-upstream", PROTOCOL)) {
            socket.answerInBackground();
            assertEquals(Frame.PING, frames.take().opcode());
        }
    }

    @Test
    void pingBetweenFragmentsKeepsMessageIntact() throws IOException {
        Signal pinged = new Signal("ping between two fragments");
        fixture.upstream().on(GatewayFixture.streamOf("slow-message"), exchange -> {
            FrameSocket peer = exchange.acceptWebSocket();
            peer.send(new Frame(false, Frame.BINARY, new byte[] {1}));
            pinged.await();
            peer.send(new Frame(true, Frame.CONTINUATION, new byte[] {2}));
            peer.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("slow-message", PROTOCOL)) {
            FrameSocket frames = socket.frames();
            assertEquals(new Frame(false, Frame.BINARY, new byte[] {1}), frames.nextFrame());
            assertEquals(Frame.PING, frames.nextFrame().opcode());
            frames.send(new Frame(true, Frame.PONG, new byte[0]));
            pinged.fire();

            assertEquals(new Frame(true, Frame.CONTINUATION, new byte[] {2}), frames.nextFrame());
        }
    }

    @Test
    void burstOfMessagesArrivesCompleteAndInOrder() throws IOException {
        // A rerun is a dozen small messages at once; none may be held back until the next one comes.
        List<List<Frame>> bursts = List.of(
                List.of(Frame.text("alone")),
                smallMessages(40),
                mixed(Frame.binary(PatternBytes.of(1500)), Frame.text("x".repeat(5000))),
                mixed(Frame.binary(PatternBytes.of(100_000))),
                mixed(new Frame(false, Frame.BINARY, new byte[] {1}), new Frame(true, 0, new byte[] {2})),
                mixed(new Frame(true, Frame.PING, new byte[] {7})),
                smallMessages(3));
        fixture.upstream().on(GatewayFixture.streamOf("bursts"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            for (List<Frame> burst : bursts) {
                frames.sendTogether(burst);
                frames.nextMessage();
            }
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("bursts", PROTOCOL)) {
            for (List<Frame> burst : bursts) {
                for (Frame message : messagesOf(burst)) {
                    assertEquals(message, socket.frames().nextMessage());
                }
                socket.frames().send(Frame.text("next"));
            }
        }
    }

    @Test
    void messagesSentWithCloseFrameArrive() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("last-words"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Frame close = new Frame(true, Frame.CLOSE, new Closing(4321, "enough").payload());
            frames.sendTogether(List.of(Frame.text("last"), Frame.text("words"), close));
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("last-words", PROTOCOL)) {
            assertEquals(Frame.text("last"), socket.frames().nextMessage());
            assertEquals(Frame.text("words"), socket.frames().nextMessage());
            assertEquals(new Closing(4321, "enough"), socket.frames().awaitClosing());
        }
    }

    private static List<Frame> smallMessages(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> i % 2 == 0 ? Frame.text("text " + i) : Frame.binary(PatternBytes.of(17 * i)))
                .toList();
    }

    /** Puts small messages before and after these frames. */
    private static List<Frame> mixed(Frame... frames) {
        List<Frame> all = new ArrayList<>(smallMessages(5));
        all.addAll(List.of(frames));
        all.addAll(smallMessages(5));
        return all;
    }

    /** Returns the messages as the browser receives them: without pings, and with fragments joined. */
    private static List<Frame> messagesOf(List<Frame> frames) {
        List<Frame> messages = new ArrayList<>();
        for (Frame frame : frames) {
            if (frame.opcode() == 0) {
                Frame partial = messages.remove(messages.size() - 1);
                byte[] whole = ByteBuffer.allocate(partial.payload().length + frame.payload().length)
                        .put(partial.payload())
                        .put(frame.payload())
                        .array();
                messages.add(new Frame(true, partial.opcode(), whole));
            } else if (frame.opcode() != Frame.PING) {
                messages.add(frame);
            }
        }
        return messages;
    }
}
