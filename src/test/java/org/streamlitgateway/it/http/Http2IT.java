package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp2;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** HTTP/2 without TLS, as a front proxy speaks it. HTTP/2 over TLS behaves the same. */
@NeedsGateway
class Http2IT extends OnEveryDeployment {
    /** More stream resets than Jetty's rate limit would allow, if it counted them. */
    private static final int MANY = 300;

    /** Concurrent streams of one connection, below Jetty's limit. */
    private static final int MAX_CONCURRENT = 100;

    @Override
    protected String[] options() {
        return new String[] {"client-timeout", "5s", "ping-interval", "1s"};
    }

    @Test
    void requestReachesUpstreamAsOverHttp1() throws IOException {
        try (RawHttp2 client = connect()) {
            get(client, "/bytes/100000", "cookie", "a=1", "cookie", "b=2");

            assertEquals(200, client.readStatus());
            assertArrayEquals(PatternBytes.of(100_000), client.readBody());
        }
        HttpHead request = fixture.upstream().requests("/bytes/100000").take().request();
        assertEquals(fixture.uri().getAuthority(), request.one("Host"));
        assertEquals("http", request.one("X-Forwarded-Proto"));
        assertEquals("a=1; b=2", request.one("Cookie"));
        assertFalse(request.has("Transfer-Encoding"), request::toString);
    }

    @Test
    void contentWithoutLengthArrives() throws IOException {
        try (RawHttp2 client = connect()) {
            client.send(
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    fixture.target("/echo-body"),
                    "x-test",
                    "post");
            client.data("one ".getBytes(StandardCharsets.US_ASCII), false);
            client.data("two".getBytes(StandardCharsets.US_ASCII), true);

            assertEquals(200, client.readStatus());
            assertEquals("one two", new String(client.readBody(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void cachedAssetIsServed() throws IOException {
        String target = "/static/js/h2.CcFifQPt.js";
        byte[] body = PatternBytes.of(200_000);
        fixture.upstream()
                .on(target, exchange -> exchange.reply("200 OK", body, "cache-control: immutable, max-age=600"));

        try (RawHttp2 client = connect()) {
            for (int i = 0; i < 3; i++) {
                get(client, target);
                assertEquals(200, client.readStatus());
                assertArrayEquals(body, client.readBody());
            }
        }
        assertEquals(1, fixture.upstream().requests(target).size());
    }

    @Test
    void webSocketsGoOverHttp2() throws IOException {
        // RFC 8441
        Recorder<HttpHead> handshakes = new Recorder<>("handshake");
        String target = GatewayFixture.streamOf("http2");
        fixture.upstream().on(target, exchange -> {
            handshakes.add(exchange.request());
            var socket = exchange.acceptWebSocket();
            socket.send(Frame.text("hello"));
            socket.send(socket.nextData());
            socket.awaitClosing();
        });
        try (RawHttp2 client = connect()) {
            assertTrue(client.takesWebSockets());
            client.connectWebSocket(
                    fixture.target(target),
                    "origin",
                    "http://" + fixture.uri().getAuthority(),
                    "sec-websocket-protocol",
                    "streamlit, PLACEHOLDER_AUTH_TOKEN");

            assertEquals(200, client.readStatus());
            assertArrayEquals(new byte[] {(byte) 0x81, 5, 'h', 'e', 'l', 'l', 'o'}, client.readData());
            client.webSocketFrame(Frame.BINARY, new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {(byte) 0x82, 3, 1, 2, 3}, client.readData());
            client.webSocketFrame(Frame.CLOSE, new byte[] {3, (byte) 0xe8});
        }
        HttpHead handshake = handshakes.take();
        assertEquals("GET", handshake.method());
        assertEquals("streamlit, PLACEHOLDER_AUTH_TOKEN", handshake.one("Sec-WebSocket-Protocol"));
        assertEquals("websocket", handshake.one("Upgrade").toLowerCase(java.util.Locale.ROOT));
        assertEquals(fixture.uri().getAuthority(), handshake.one("Host"));
        assertFalse(handshake.has(":protocol"), handshake::toString);
    }

    @Test
    void refusedWebSocketReturnsSameStatusAsOverHttp1() throws IOException {
        try (RawHttp2 client = connect()) {
            client.connectWebSocket(
                    fixture.target(GatewayFixture.streamOf("http2-origin")), "origin", "https://evil.example");
            assertEquals(403, client.readStatus());
        }
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("http2-404"),
                        exchange -> exchange.replyHead("404 Not Found", "content-length: 0"));
        try (RawHttp2 client = connect()) {
            client.connectWebSocket(fixture.target(GatewayFixture.streamOf("http2-404")));
            assertEquals(404, client.readStatus());
        }
    }

    @Test
    void quietWebSocketOutlivesHttpTimeout() throws IOException {
        try (RawHttp2 client = connect()) {
            client.connectWebSocket(fixture.target(GatewayFixture.streamOf("http2-quiet")));
            assertEquals(200, client.readStatus());
            Pace.every(Duration.ofMillis(900), 8, step -> {
                byte[] ping = client.readData(); // the gateway pings a browser that has been quiet
                assertEquals((byte) 0x89, ping[0]);
                client.webSocketFrame(Frame.PONG, java.util.Arrays.copyOfRange(ping, 2, ping.length));
            });
            client.webSocketFrame(Frame.BINARY, new byte[] {7});
            byte[] echo = client.readData();
            while (echo[0] == (byte) 0x89) {
                echo = client.readData();
            }
            assertArrayEquals(new byte[] {(byte) 0x82, 1, 7}, echo);
        }
    }

    @Test
    void connectionCarriesManySessionsInSequence() throws IOException {
        assumeTrue(deployment.splices(), "Jetty's WebSocket support leaves streams open");
        try (RawHttp2 client = connect()) {
            for (int i = 0; i < MANY; i++) {
                openAndClose(client, "http2-many-" + i);
                client.data(new byte[0], true);
            }
        }
    }

    @Test
    void streamsLeftOpenByBrowserAreReset() throws IOException {
        assumeTrue(deployment.splices(), "Jetty's WebSocket support leaves streams open");
        try (RawHttp2 client = connect()) {
            for (int i = 0; i < MAX_CONCURRENT; i++) {
                openAndClose(client, "http2-open-" + i);
            }
            for (int i = 0; i < MAX_CONCURRENT; i++) {
                client.awaitReset();
            }
            client.connectWebSocket(fixture.target(GatewayFixture.streamOf("http2-again")));
            assertEquals(200, client.readStatus());
        }
    }

    @Test
    void browserDisconnectClosesUpstreamSocket() throws IOException {
        Recorder<String> ends = new Recorder<>("end");
        String target = GatewayFixture.streamOf("http2-leaves");
        fixture.upstream()
                .on(
                        target,
                        exchange -> ends.add(
                                exchange.acceptWebSocket().awaitClosing().toString()));
        RawHttp2 client = connect();
        client.connectWebSocket(fixture.target(target));
        assertEquals(200, client.readStatus());
        client.close();

        assertTrue(ends.take(Eventually.LIMIT).contains("1001"));
    }

    /** Opens and closes a session; returns when the gateway has ended its half of the stream. */
    private void openAndClose(RawHttp2 client, String name) throws IOException {
        client.connectWebSocket(fixture.target(GatewayFixture.streamOf(name)));
        assertEquals(200, client.readStatus(), name);
        client.webSocketFrame(Frame.CLOSE, new byte[] {3, (byte) 0xe8});
        assertArrayEquals(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8}, client.readBody());
    }

    private RawHttp2 connect() throws IOException {
        return RawHttp2.connect(fixture.uri());
    }

    private void get(RawHttp2 client, String target, String... more) throws IOException {
        String[] fields = {":method", "GET", ":scheme", "http", ":path", fixture.target(target)};
        String[] all = java.util.Arrays.copyOf(fields, fields.length + more.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        client.send(true, all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "websocket"})
    void streamResetEndsUpstreamRequestAtOnce(String kind) throws IOException {
        assertUpstreamRequestEnds(kind + "/reset", RawHttp2::reset);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "websocket"})
    void connectionEndEndsUpstreamRequestAtOnce(String kind) throws IOException {
        assertUpstreamRequestEnds(kind + "/close", RawHttp2::close);
    }

    @FunctionalInterface
    private interface Disconnect {
        void by(RawHttp2 client) throws IOException;
    }

    private void assertUpstreamRequestEnds(String name, Disconnect disconnect) throws IOException {
        assumeTrue(deployment.embedded(), "a container hides the client's disconnect");
        String target = "/leaving/" + name;
        Recorder<End> ends = new Recorder<>("end upstream");
        fixture.upstream().on(target, exchange -> {
            exchange.body().summarize();
            ends.add(exchange.awaitEnd());
        });
        try (RawHttp2 client = connect()) {
            if (name.startsWith("websocket")) {
                client.connectWebSocket(fixture.target(target));
            } else if (name.startsWith("POST")) {
                client.send(false, ":method", "POST", ":scheme", "http", ":path", fixture.target(target));
                client.data(new byte[10], true);
            } else {
                get(client, target);
            }
            fixture.upstream().requests(target).take();
            disconnect.by(client);
            ends.take(Duration.ofSeconds(10)); // "at once" on a busy machine; the timeouts are one minute
        }
    }
}
