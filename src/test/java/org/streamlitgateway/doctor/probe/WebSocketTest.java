package org.streamlitgateway.doctor.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.doctor.probe.WebSocket.Event;
import org.streamlitgateway.doctor.probe.WebSocket.Kind;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;

/** The doctor's WebSocket at a server that sends what and when it wants. */
@Timeout(60)
class WebSocketTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Recorder<FrameSocket> sockets = new Recorder<>("socket at the server");
    private final Signal finished = new Signal("the test is over");
    private FakeStreamlit server;
    private WebSocket socket;
    private FrameSocket peer;

    @BeforeEach
    void open() throws IOException {
        server = FakeStreamlit.start().on("/ws", exchange -> {
            sockets.add(exchange.acceptWebSocket());
            finished.await();
        });
        Browser browser = new Browser(Target.of(server.uri(), LIMIT));
        socket = browser.dial("/ws", "", "").socket();
        peer = sockets.take();
    }

    @AfterEach
    void close() {
        finished.fire();
        socket.close();
        server.close();
    }

    @Test
    void frameThatIsInterruptedByTheTimeLimitIsContinued() throws IOException {
        byte[] bytes = {(byte) 0x82, 126, 1, 0};
        for (byte part : bytes) {
            peer.sendRaw(new byte[] {part});
            assertEquals(Kind.QUIET, socket.next(Duration.ofMillis(50)).kind());
        }
        peer.sendRaw(new byte[200]);
        assertEquals(Kind.QUIET, socket.next(Duration.ofMillis(50)).kind());
        peer.sendRaw(new byte[56]);

        assertEquals(256, socket.next(LIMIT).length());
    }

    @Test
    void fragmentsAreJoinedAndPingsBetweenThemAnswered() throws IOException {
        peer.send(new Frame(false, Frame.BINARY, new byte[] {1, 2}));
        peer.send(new Frame(true, Frame.PING, new byte[] {7}));
        peer.send(new Frame(true, 0, new byte[] {3}));

        Event event = socket.next(LIMIT);

        assertEquals(Kind.MESSAGE, event.kind());
        assertEquals(3, event.message().remaining());
        assertEquals(1, socket.pings());
        assertEquals(1, peer.nextPong().payload().length);
    }

    @Test
    void endIsReportedAgain() throws IOException {
        peer.sendClose(1011, "keepalive ping timeout");

        assertEquals(
                "closed with code 1011 'keepalive ping timeout'",
                socket.next(LIMIT).ending());
        assertEquals(Kind.CLOSED, socket.next(LIMIT).kind());
    }

    @Test
    void connectionThatEndsWithinAFrameIsCut() throws IOException {
        peer.sendRaw(new byte[] {(byte) 0x82, 5, 1});
        peer.close();

        assertEquals(Kind.CUT, socket.next(LIMIT).kind());
    }
}
