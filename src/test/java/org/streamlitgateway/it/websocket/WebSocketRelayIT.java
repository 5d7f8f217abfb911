package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.OnEveryDeployment;

/** Messages, fragments and pings between two healthy peers. */
class WebSocketRelayIT extends OnEveryDeployment {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    private void onStream(String test, FakeStreamlit.Script script) {
        fixture.upstream().on(GatewayFixture.streamOf(test), script);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 4096, 65_535, 65_536, 65_537, 1_500_000})
    void binaryMessagesOfEverySizeAreEchoed(int size) throws IOException {
        // streamlit #6196, spring-cloud-gateway #1739, #163: Java WebSocket libraries limit messages to 64 KiB by
        // default.
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            byte[] payload = PatternBytes.of(size);
            socket.frames().send(Frame.binary(payload));
            Frame back = socket.frames().nextMessage();

            assertEquals(Frame.BINARY, back.opcode());
            assertArrayEquals(payload, back.payload());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "grüß dich, 世界 🎈"})
    void textIsEchoedAsText(String text) throws IOException {
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            socket.frames().send(Frame.text(text));

            assertEquals(Frame.text(text), socket.frames().nextMessage());
        }
    }

    @Test
    void longTextWithMultibyteCharactersIsEchoedWhole() throws IOException {
        // Parts of any size split characters in the middle.
        String text = "a🎈世ü".repeat(50_000);
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            socket.frames().send(Frame.text(text));
            Frame back = socket.frames().nextMessage();

            assertEquals(Frame.TEXT, back.opcode());
            assertEquals(text, back.asText());
        }
    }

    @Test
    void thousandMessagesKeepOrderBothWays() throws IOException {
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            for (int i = 0; i < 1000; i++) {
                socket.frames().send(i % 3 == 0 ? Frame.text("text " + i) : Frame.binary(PatternBytes.of(i)));
            }
            for (int i = 0; i < 1000; i++) {
                Frame expected = i % 3 == 0 ? Frame.text("text " + i) : Frame.binary(PatternBytes.of(i));
                assertEquals(expected, socket.frames().nextMessage(), "message " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Frame.TEXT, Frame.BINARY})
    void fragmentReachesUpstreamBeforeNextIsSent(int opcode) throws IOException {
        String test = "fragments-up-" + opcode;
        Recorder<String> arrived = new Recorder<>("fragment upstream");
        onStream(test, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            arrived.add(new String(frames.nextBytes(5), StandardCharsets.UTF_8));
            arrived.add(new String(frames.nextBytes(6), StandardCharsets.UTF_8));
            arrived.add(new String(frames.nextBytes(4), StandardCharsets.UTF_8));
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open(test, PROTOCOL)) {
            socket.frames().send(new Frame(false, opcode, "first".getBytes(StandardCharsets.UTF_8)));
            assertEquals("first", arrived.take());
            socket.frames().send(new Frame(false, Frame.CONTINUATION, "second".getBytes(StandardCharsets.UTF_8)));
            assertEquals("second", arrived.take());
            socket.frames().send(new Frame(true, Frame.CONTINUATION, "last".getBytes(StandardCharsets.UTF_8)));
            assertEquals("last", arrived.take());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Frame.TEXT, Frame.BINARY})
    void fragmentReachesBrowserBeforeNextIsSent(int opcode) throws IOException {
        String test = "fragments-down-" + opcode;
        Signal firstSeen = new Signal("the browser has the first fragment");
        Signal secondSeen = new Signal("the browser has the second fragment");
        onStream(test, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(new Frame(false, opcode, "first".getBytes(StandardCharsets.UTF_8)));
            firstSeen.await();
            frames.send(new Frame(false, Frame.CONTINUATION, "second".getBytes(StandardCharsets.UTF_8)));
            secondSeen.await();
            frames.send(new Frame(true, Frame.CONTINUATION, "last".getBytes(StandardCharsets.UTF_8)));
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open(test, PROTOCOL)) {
            assertEquals("first", new String(socket.frames().nextBytes(5), StandardCharsets.UTF_8));
            firstSeen.fire();
            assertEquals("second", new String(socket.frames().nextBytes(6), StandardCharsets.UTF_8));
            secondSeen.fire();
            assertEquals("last", new String(socket.frames().nextBytes(4), StandardCharsets.UTF_8));
        }
    }

    @Test
    void fragmentedMessageStaysOneMessage() throws IOException {
        byte[] whole = PatternBytes.of(100_000);
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            for (int i = 0; i < 10; i++) {
                byte[] part = Arrays.copyOfRange(whole, i * 10_000, (i + 1) * 10_000);
                socket.frames().send(new Frame(i == 9, i == 0 ? Frame.BINARY : Frame.CONTINUATION, part));
            }
            socket.frames().send(Frame.text("next"));

            assertArrayEquals(whole, socket.frames().nextMessage().payload());
            assertEquals(Frame.text("next"), socket.frames().nextMessage());
        }
    }

    @Test
    void pingBetweenFragmentsIsAnswered() throws IOException {
        // shinyproxy #233: a proxy that mixes pings into messages corrupts them.
        onStream("ping-between", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(frames.nextMessage());
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("ping-between", PROTOCOL)) {
            socket.frames().send(new Frame(false, Frame.BINARY, PatternBytes.of(1000)));
            socket.frames().send(Frame.ping("between"));
            assertEquals("between", socket.frames().nextPong().asText());
            socket.frames().send(new Frame(true, Frame.CONTINUATION, new byte[0]));

            assertArrayEquals(
                    PatternBytes.of(1000), socket.frames().nextMessage().payload());
        }
    }

    @Test
    void browserPingIsAnsweredWithItsPayload() throws IOException {
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            socket.frames().send(Frame.ping("are you there"));

            assertEquals("are you there", socket.frames().nextPong().asText());
        }
    }

    @Test
    void streamlitPingIsAnsweredWithItsPayload() throws IOException {
        // Streamlit closes with 1011 unless its four bytes are returned.
        Recorder<String> pongs = new Recorder<>("pong upstream");
        onStream("ping-down", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(Frame.ping("4byt"));
            pongs.add(frames.nextPong().asText());
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("ping-down", PROTOCOL)) {
            socket.answerInBackground();
            assertEquals("4byt", pongs.take());
        }
    }

    @Test
    void unsolicitedPongIsIgnored() throws IOException {
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            socket.frames().send(new Frame(true, Frame.PONG, new byte[] {1, 2, 3}));
            socket.frames().send(Frame.text("after"));

            assertEquals(Frame.text("after"), socket.frames().nextMessage());
        }
    }

    @Test
    void messagesStayOnTheirSocket() throws IOException {
        try (RawWebSocket one = fixture.open("echo", PROTOCOL);
                RawWebSocket two = fixture.open("echo", PROTOCOL)) {
            for (int i = 0; i < 100; i++) {
                one.frames().send(Frame.text("one " + i));
                two.frames().send(Frame.text("two " + i));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(Frame.text("one " + i), one.frames().nextMessage());
                assertEquals(Frame.text("two " + i), two.frames().nextMessage());
            }
        }
    }

    @Test
    void bothDirectionsFlowConcurrently() throws IOException {
        long length = 30_000_000;
        Recorder<Long> upstreamReceived = new Recorder<>("complete message upstream");
        onStream("both-ways", exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Thread sender = new Thread(() -> {
                try {
                    frames.sendPattern(length);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sender.start();
            upstreamReceived.add(frames.readPattern());
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("both-ways", PROTOCOL)) {
            Recorder<Boolean> sent = new Recorder<>("end of the browser's sending");
            Thread sender = new Thread(() -> {
                try {
                    socket.frames().sendPattern(length);
                    sent.add(true);
                } catch (IOException e) {
                    sent.add(false);
                }
            });
            sender.start();

            assertEquals(length, socket.frames().readPattern());
            assertEquals(length, upstreamReceived.take());
            assertTrue(sent.take());
        }
    }

    @Test
    void healthySocketLogsNothing() throws IOException {
        try (RawWebSocket socket = fixture.open("echo", PROTOCOL)) {
            socket.frames().send(Frame.text("quiet"));
            assertEquals(Frame.text("quiet"), socket.frames().nextMessage());
            socket.frames().sendClose(1000, "");
            socket.frames().awaitClosing();
        }
        assertFalse(fixture.gateway().log().contains("Exception"), fixture.gateway()::log);
    }
}
