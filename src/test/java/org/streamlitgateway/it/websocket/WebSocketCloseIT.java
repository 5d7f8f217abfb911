package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** A close or disconnect on one side reaches the other side unchanged and at once. */
class WebSocketCloseIT extends OnEveryDeployment {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    /** Time allowed for "at once" on a machine with two busy cores. */
    private static final Duration AT_ONCE = Duration.ofSeconds(15);

    /** Ways in which a socket ends without a close frame. */
    enum Death {
        FIN {
            @Override
            void of(FrameSocket peer) throws IOException {
                peer.close();
            }
        },
        RESET {
            @Override
            void of(FrameSocket peer) throws IOException {
                peer.reset();
            }
        };

        abstract void of(FrameSocket peer) throws IOException;
    }

    /** Makes upstream wait for the end of the socket; the recorder receives it. */
    private Recorder<Closing> upstreamClosings(String test) {
        Recorder<Closing> closings = new Recorder<>("end of the socket upstream");
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf(test),
                        exchange -> closings.add(exchange.acceptWebSocket().awaitClosing()));
        return closings;
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1009, 1011, 1012, 3000, 4999})
    void browserCloseReachesUpstreamWithCodeAndReason(int code) throws IOException {
        Recorder<Closing> upstream = upstreamClosings("close-up-" + code);

        try (RawWebSocket socket = fixture.open("close-up-" + code, PROTOCOL)) {
            socket.frames().sendClose(code, "because " + code);
            int expectedCode = codeSeenThroughContainer(code);

            assertEquals(new Closing(expectedCode, "because " + code), upstream.take(AT_ONCE));
            assertEquals(expectedCode, socket.frames().awaitClosing().code());
        }
    }

    /**
     * Tomcat's own WebSocket support reports codes that are newer than RFC 6455 as 1002. Browsers send none of these.
     */
    private int codeSeenThroughContainer(int code) {
        return code == 1012 && deployment.name().startsWith("tomcat") && !deployment.splices() ? 1002 : code;
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1009, 1011, 1012, 3000, 4999})
    void upstreamCloseReachesBrowserWithCodeAndReason(int code) throws IOException {
        Recorder<Integer> echoes = new Recorder<>("answer to upstream's close");
        fixture.upstream().on(GatewayFixture.streamOf("close-down-" + code), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendClose(code, "because " + code);
            echoes.add(frames.awaitClosing().code());
        });

        try (RawWebSocket socket = fixture.open("close-down-" + code, PROTOCOL)) {
            assertEquals(new Closing(code, "because " + code), socket.frames().awaitClosing());
        }
        assertEquals(code, echoes.take(AT_ONCE));
    }

    @Test
    void browserCloseWithoutCodeReachesUpstreamAsNormal() throws IOException {
        Recorder<Closing> upstream = upstreamClosings("close-up-empty");

        try (RawWebSocket socket = fixture.open("close-up-empty", PROTOCOL)) {
            socket.frames().sendClose(Closing.NO_CODE, "");

            assertNormal(upstream.take(AT_ONCE));
        }
    }

    @Test
    void upstreamCloseWithoutCodeReachesBrowserAsNormal() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("close-down-empty"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendClose(Closing.NO_CODE, "");
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("close-down-empty", PROTOCOL)) {
            assertNormal(socket.frames().awaitClosing());
        }
    }

    /** 1005 must not be sent (RFC 6455 section 7.4.1): either no code again, or 1000, which means the same. */
    private static void assertNormal(Closing closing) {
        assertTrue(List.of(Closing.NO_CODE, 1000).contains(closing.code()), closing::toString);
        assertEquals("", closing.reason());
    }

    @Test
    void closeReasonOfMaximumLengthArrivesWhole() throws IOException {
        String reason = "ü".repeat(61) + "!";
        Recorder<Closing> upstream = upstreamClosings("long-reason");

        try (RawWebSocket socket = fixture.open("long-reason", PROTOCOL)) {
            socket.frames().sendClose(4000, reason);

            assertEquals(new Closing(4000, reason), upstream.take(AT_ONCE));
        }
    }

    @Test
    void messagesSentBeforeCloseArriveBeforeIt() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("last-words"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            for (int i = 0; i < 500; i++) {
                frames.send(Frame.text("word " + i));
            }
            frames.sendClose(1012, "restart");
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("last-words", PROTOCOL)) {
            for (int i = 0; i < 500; i++) {
                assertEquals(Frame.text("word " + i), socket.frames().nextMessage());
            }
            assertEquals(new Closing(1012, "restart"), socket.frames().awaitClosing());
        }
    }

    @ParameterizedTest
    @EnumSource
    @NeedsGateway
    void upstreamDisconnectClosesBrowserWithMatchingCode(Death death) throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("dies-" + death), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.nextData();
            death.of(frames);
        });

        try (RawWebSocket socket = fixture.open("dies-" + death, PROTOCOL)) {
            Recorder<Closing> closings = socket.answerInBackground();
            socket.frames().send(Frame.text("die"));
            int code = closings.take(AT_ONCE).code();

            assertTrue(code == 1011 || code == 1012, "code " + code);
        }
    }

    @ParameterizedTest
    @EnumSource
    void browserDisconnectClosesUpstreamAtOnce(Death death) throws IOException {
        Recorder<Closing> upstream = upstreamClosings("browser-dies-" + death);

        try (RawWebSocket socket = fixture.open("browser-dies-" + death, PROTOCOL)) {
            death.of(socket.frames());
        }
        int code = upstream.take(AT_ONCE).code();
        assertTrue(code == 1001 || code == Closing.ABNORMAL, "code " + code);
    }

    @ParameterizedTest
    @EnumSource
    @NeedsGateway
    void upstreamLostInsideMessageDoesNotCompleteIt(Death death) throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("dies-inside-" + death), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(new Frame(false, Frame.BINARY, new byte[10_000]));
            frames.nextData();
            death.of(frames);
        });

        try (RawWebSocket socket = fixture.open("dies-inside-" + death, PROTOCOL)) {
            socket.frames().send(Frame.text("die"));
            // A frame with FIN before the close frame would present half a message as a complete one.
            Frame frame = socket.frames().nextFrame();
            while (frame.opcode() != Frame.CLOSE) {
                assertTrue(!frame.fin(), frame::toString);
                frame = socket.frames().nextFrame();
            }
        } catch (java.io.EOFException | java.net.SocketException e) {
            // A close frame cannot interrupt a message in progress; an abort is correct too.
        }
    }

    @Test
    @NeedsGateway
    void browserLostDuringHandshakeEndsUpstreamHandshake() throws IOException {
        Recorder<Object> ends = new Recorder<>("end of the handshake upstream");
        fixture.upstream().on(GatewayFixture.streamOf("left-early"), exchange -> {
            ends.add(exchange.acceptWebSocket().awaitClosing());
        });

        try (RawWebSocket socket = fixture.dial("left-early", PROTOCOL)) {
            fixture.upstream().requests(GatewayFixture.streamOf("left-early")).take();
            socket.reset();
        }
        ends.take();
    }

    @Test
    @NeedsGateway
    void unmaskedBrowserFrameClosesBothSides() throws IOException {
        // RFC 6455 section 5.1
        Recorder<Closing> upstream = upstreamClosings("unmasked");

        try (RawWebSocket socket = fixture.open("unmasked", PROTOCOL)) {
            socket.frames().sendRaw(new byte[] {(byte) 0x81, 2, 'h', 'i'});
            int code = socket.frames().awaitClosing().code();

            assertTrue(code == 1002 || code == Closing.ABNORMAL, "code " + code);
        }
        upstream.take(AT_ONCE);
    }

    @Test
    @NeedsGateway
    void invalidUtf8TextClosesBothSides() throws IOException {
        // RFC 6455 section 8.1
        Recorder<Closing> upstream = upstreamClosings("not-utf8");

        try (RawWebSocket socket = fixture.open("not-utf8", PROTOCOL)) {
            socket.frames().send(new Frame(true, Frame.TEXT, new byte[] {(byte) 0xC3, (byte) 0x28}));
            int code = socket.frames().awaitClosing().code();

            assertTrue(code == 1007 || code == Closing.ABNORMAL, "code " + code);
        }
        upstream.take(AT_ONCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x83, 0xC1, 0x8B})
    @NeedsGateway
    void invalidUpstreamFrameClosesBothSides(int firstByte) throws IOException {
        String test = "nonsense-" + firstByte;
        Recorder<Closing> upstream = new Recorder<>("end of the socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendRaw(new byte[] {(byte) firstByte, 1, 'x'});
            upstream.add(frames.awaitClosing());
        });

        try (RawWebSocket socket = fixture.open(test, PROTOCOL)) {
            int code = socket.frames().awaitClosing().code();

            assertTrue(List.of(1002, 1011, 1012).contains(code), "code " + code);
        }
        upstream.take(AT_ONCE);
    }
}
