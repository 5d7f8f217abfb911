package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Responses to handshakes that do not succeed. */
class WebSocketRefusalIT extends OnEveryDeployment {
    private static final String OFFER = "Sec-WebSocket-Protocol: streamlit, 2|2c4f2033|f32f|1795291749, session-1";

    @ParameterizedTest
    @CsvSource({
        "400, Bad Request",
        "401, Unauthorized",
        "403, Forbidden",
        "404, Not Found",
        "503, Unavailable",
        "302, Found"
    })
    void refusalReachesBrowserWithItsStatus(int status, String phrase) throws IOException {
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("refused-" + status),
                        exchange -> exchange.reply(
                                status + " " + phrase,
                                "no",
                                "WWW-Authenticate: Basic",
                                "Location: https://login.example/"));

        try (RawWebSocket socket = fixture.dial("refused-" + status, OFFER)) {
            RawResponse refusal = socket.refusal();

            assertEquals(status, refusal.status());
            if (status == 302) {
                assertEquals("https://login.example/", refusal.head().one("Location"));
            }
        }
    }

    @Test
    void plainRequestToWebSocketPathIsProxied() throws IOException {
        try (var client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/_stcore/stream?plain"));

            assertEquals(200, response.status());
            assertTrue(response.text().contains("Streamlit"), response::toString);
        }
    }

    @Test
    @NeedsGateway
    void wrongAcceptKeyReturns502AndClosesUpstream() throws IOException {
        Recorder<End> upstreamEnds = new Recorder<>("end of the connection with the wrong key");
        fixture.upstream().on(GatewayFixture.streamOf("wrong-accept"), exchange -> {
            exchange.interim(
                    "101 Switching Protocols",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Accept: bm90IHRoZSBrZXkgYXQgYWxsIQ==");
            upstreamEnds.add(exchange.awaitEnd());
        });

        try (RawWebSocket socket = fixture.dial("wrong-accept", OFFER)) {
            assertEquals(502, socket.refusal().status());
        }
        upstreamEnds.take();
    }

    @Test
    @NeedsGateway
    void upstreamClosingDuringHandshakeReturns502() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("hung-up"), exchange -> exchange.close());

        try (RawWebSocket socket = fixture.dial("hung-up", OFFER)) {
            assertEquals(502, socket.refusal().status());
        }
    }

    @Test
    @NeedsGateway
    void silentUpstreamReturns504BeforeBrowserTimeout() throws IOException {
        // Streamlit does not answer a request that it cannot parse. A browser waits 15 s; the gateway's limit is 10
        // s.
        Recorder<End> upstreamEnds = new Recorder<>("end of the silent handshake");
        FakeStreamlit.Script silent = exchange -> upstreamEnds.add(exchange.awaitEnd());
        long start = System.nanoTime();
        fixture.upstream().on(GatewayFixture.streamOf("silent"), silent);

        try (RawWebSocket socket = fixture.dial("silent", OFFER)) {
            assertEquals(504, socket.refusal().status());
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(elapsed.compareTo(Duration.ofSeconds(15)) < 0, elapsed::toString);
        upstreamEnds.take();
    }

    @Test
    @NeedsGateway
    void handshakeTimeoutIsConfigurable() throws IOException {
        try (GatewayFixture impatient = GatewayFixture.start(deployment, "handshake-timeout", "1")) {
            impatient.upstream().on(GatewayFixture.streamOf("silent"), exchange -> exchange.awaitEnd());
            long start = System.nanoTime();
            try (RawWebSocket socket = impatient.dial("silent", OFFER)) {
                assertEquals(504, socket.refusal().status());
            }
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(elapsed.compareTo(Duration.ofSeconds(9)) < 0, elapsed::toString);
        }
    }
}
