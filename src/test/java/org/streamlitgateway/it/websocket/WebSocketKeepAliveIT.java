package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** A quiet socket stays open as long as its peers are still there. */
@NeedsGateway
class WebSocketKeepAliveIT extends OnEveryDeployment {
    private static final String HEALTH = "/_stcore/health";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"ping-interval", "1", "pong-timeout", "4", "upstream-timeout", "2", "client-timeout", "2"};
    }

    @Test
    void idleSocketOutlivesHttpTimeouts() throws IOException {
        // The HTTP timeouts are two seconds in this suite.
        try (RawWebSocket socket = fixture.open("idle", PROTOCOL)) {
            long until = System.nanoTime() + Duration.ofSeconds(6).toNanos();
            while (System.nanoTime() < until) {
                Frame ping = socket.frames().nextFrame();
                assertEquals(Frame.PING, ping.opcode());
                socket.frames().send(new Frame(true, Frame.PONG, ping.payload()));
            }
            socket.frames().send(Frame.text("still here"));

            assertEquals(Frame.text("still here"), socket.frames().nextMessage());
        }
    }

    @Test
    void browserWithoutPongIsClosed() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end of the socket upstream");
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("half-open-browser"),
                        exchange -> upstream.add(exchange.acceptWebSocket().awaitClosing()));

        try (RawWebSocket socket = fixture.open("half-open-browser", PROTOCOL)) {
            assertEndsUnanswered(socket.frames());
            upstream.take();
        }
    }

    @Test
    void streamlitWithoutPongRefusingConnectionsIsClosed() throws IOException {
        Signal lost = new Signal("Streamlit's machine is gone");
        Recorder<String> upstreamEnds = new Recorder<>("end of the socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("half-open-upstream"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            lost.await();
            assertEndsUnanswered(frames);
            upstreamEnds.add("ended");
        });

        try (RawWebSocket socket = fixture.open("half-open-upstream", PROTOCOL)) {
            fixture.upstream().refuse();
            lost.fire();
            assertNotEquals(1000, socket.frames().awaitClosing().code());
            upstreamEnds.take();
        } finally {
            fixture.upstream().restart();
        }
    }

    /** Simulates a broken network path: an intermediary has dropped the connection's state. */
    @Test
    void streamlitWithoutPongButHealthyElsewhereIsClosed() throws IOException {
        Recorder<String> upstreamEnds = new Recorder<>("end of the socket upstream");
        fixture.upstream().on(GatewayFixture.streamOf("broken-path"), exchange -> {
            assertEndsUnanswered(exchange.acceptWebSocket());
            upstreamEnds.add("ended");
        });

        try (RawWebSocket socket = fixture.open("broken-path", PROTOCOL)) {
            assertNotEquals(1000, socket.frames().awaitClosing().code());
            upstreamEnds.take();
        }
    }

    /** Simulates a script that holds Python's lock, a breakpoint or a paused container. */
    @Test
    void busyStreamlitThatStillAcceptsConnectionsIsKept() throws IOException {
        fixture.upstream().on(HEALTH, Exchange::awaitEnd);
        fixture.upstream().on(GatewayFixture.streamOf("busy"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Frame question = frames.nextMessage();
            Frame ping = frames.nextFrame();
            assertEquals(Frame.PING, ping.opcode());
            assertTrue(frames.isSilentFor(Duration.ofSeconds(7)), "the busy connection was closed or got more pings");
            frames.send(new Frame(true, Frame.PONG, ping.payload()));
            frames.send(question);
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("busy", PROTOCOL)) {
            socket.frames().send(Frame.text("result?"));
            assertEquals(Frame.text("result?"), socket.frames().nextMessage());
        } finally {
            fixture.upstream().on(HEALTH, exchange -> exchange.reply("200 OK", "ok"));
        }
    }

    /** Reads without answering until the gateway closes the connection. */
    private static void assertEndsUnanswered(FrameSocket peer) throws IOException {
        try {
            Frame frame = peer.nextFrame();
            while (frame.opcode() != Frame.CLOSE) {
                assertEquals(Frame.PING, frame.opcode());
                frame = peer.nextFrame();
            }
        } catch (EOFException | SocketException e) {
            // Ended without a close frame. A dead peer would not have answered one.
        }
    }
}
