package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;
import org.streamlitgateway.it.http.ForwardingChecks;

/** The handshake that Streamlit receives, and the response that the browser gets. */
class WebSocketHandshakeIT extends OnEveryDeployment {
    private static final String OFFER = "Sec-WebSocket-Protocol: streamlit, 2|2c4f2033|f32f|1795291749, session-1";

    /** Opens a WebSocket with these field lines and returns the handshake that upstream received. */
    private HttpHead handshake(String test, String... fieldLines) throws IOException {
        fixture.open(test, fieldLines).close();
        return fixture.upstream().requests(GatewayFixture.streamOf(test)).take().request();
    }

    private String origin() {
        return "http://" + fixture.uri().getAuthority();
    }

    @Test
    void subprotocolsArriveOnOneLineInOrder() throws IOException {
        // streamlit #8799: the list is positional: name, XSRF token, session to resume. Streamlit reads one line only.
        HttpHead request = handshake("protocols", OFFER);

        String line = request.one("Sec-WebSocket-Protocol").replace(" ", "");
        assertEquals("streamlit,2|2c4f2033|f32f|1795291749,session-1", line);
    }

    @Test
    @NeedsGateway
    void subprotocolsOnSeveralLinesAreJoined() throws IOException {
        HttpHead request =
                handshake("protocol-lines", "Sec-WebSocket-Protocol: streamlit", "Sec-WebSocket-Protocol: token");

        assertEquals("streamlit,token", request.one("Sec-WebSocket-Protocol").replace(" ", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"streamlit", "2|2c4f2033|f32f|1795291749", "session-1"})
    void browserGetsSubprotocolChosenByUpstream(String chosen) throws IOException {
        String test = "chosen-" + chosen.replace('|', '-');
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> exchange.acceptWebSocketWith(chosen)
                .awaitClosing());

        try (RawWebSocket socket = fixture.dial(test, OFFER)) {
            assertEquals(List.of(chosen), socket.assertAccepted(socket.answer()).all("Sec-WebSocket-Protocol"));
        }
    }

    @Test
    void noSubprotocolIsAdded() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("none-chosen"), exchange -> exchange.acceptWebSocketWith("")
                .awaitClosing());

        try (RawWebSocket socket = fixture.dial("none-chosen")) {
            assertFalse(socket.assertAccepted(socket.answer()).has("Sec-WebSocket-Protocol"));
        }
        HttpHead request = fixture.upstream()
                .requests(GatewayFixture.streamOf("none-chosen"))
                .take()
                .request();
        assertFalse(request.has("Sec-WebSocket-Protocol"), request::toString);
    }

    @Test
    @NeedsGateway
    void noExtensionIsNegotiatedOnEitherSide() throws IOException {
        try (RawWebSocket socket =
                fixture.dial("extensions", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")) {
            assertFalse(socket.assertAccepted(socket.answer()).has("Sec-WebSocket-Extensions"));
        }
        HttpHead request = fixture.upstream()
                .requests(GatewayFixture.streamOf("extensions"))
                .take()
                .request();
        assertFalse(request.has("Sec-WebSocket-Extensions"), request::toString);
    }

    @Test
    void pathAndQueryArriveByteForByte() throws IOException {
        // the WebSocket support of Jetty 12.0 parses the address and answers 500 to characters that no URI may
        // contain
        String invalidInUris = deployment.name().startsWith("jetty-12.0") && !deployment.splices() ? "" : "|{}\"";
        String target = "/any%2Fwhere;v=1//x?a=%20b+c&d=" + invalidInUris + "&&e";
        fixture.upstream().on(target, exchange -> exchange.acceptWebSocket().awaitClosing());

        RawWebSocket.open(fixture.uri(), fixture.target(target)).close();

        fixture.upstream().requests(target).take();
    }

    @Test
    void hostCookiesOriginAndUserFieldsArrive() throws IOException {
        HttpHead request = handshake(
                "fields",
                OFFER,
                "Origin: " + origin(),
                "Cookie: _streamlit_xsrf=2|3|4|5; _streamlit_session=\"abc==\"",
                "User-Agent: Chromium/130",
                "Accept-Language: de, en;q=0.5",
                "Authorization: Bearer user-token",
                "X-Remote-Thing: one",
                "X-Remote-Thing: two");

        assertAll(
                () -> assertEquals(fixture.uri().getAuthority(), request.one("Host")),
                () -> assertEquals(origin(), request.one("Origin")),
                () -> assertEquals("_streamlit_xsrf=2|3|4|5; _streamlit_session=\"abc==\"", request.one("Cookie")),
                () -> assertEquals("Chromium/130", request.one("User-Agent")),
                () -> assertEquals("de, en;q=0.5", request.one("Accept-Language")),
                () -> assertEquals("Bearer user-token", request.one("Authorization")),
                () -> assertEquals("one, two", String.join(", ", request.all("X-Remote-Thing"))),
                () -> assertEquals("13", request.one("Sec-WebSocket-Version")),
                () -> assertEquals(1, request.all("Sec-WebSocket-Key").size()));
    }

    @Test
    @NeedsGateway
    void cookiesOnSeveralLinesAreJoinedBySemicolon() throws IOException {
        // HTTP/2 splits them; joined they take a semicolon (RFC 6265 section 4.2.1), never a comma.
        HttpHead request = handshake("cookie-lines", "Cookie: a=1", "Cookie: b=2");

        assertEquals("a=1; b=2", String.join("; ", request.all("Cookie")));
    }

    @Test
    @NeedsGateway
    void spoofedForwardingFieldsAreReplaced() throws IOException {
        ForwardingChecks.assertSetByGateway(handshake("spoofed", ForwardingChecks.spoofed()), fixture.uri());
    }

    @Test
    @NeedsGateway
    void fieldsNamedByConnectionAreRemoved() throws IOException {
        fixture.open("hops", "Connection: keep-alive, X-Named", "X-Named: 1", "X-Stays: 2")
                .close();

        HttpHead request = fixture.upstream()
                .requests(GatewayFixture.streamOf("hops"))
                .take()
                .request();
        assertFalse(request.has("X-Named"), request::toString);
        assertEquals("2", request.one("X-Stays"));
    }

    @Test
    void handshakeResponseCookiesReachBrowser() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("set-cookie"), exchange -> exchange.acceptWebSocket(
                        "Set-Cookie: a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "Set-Cookie: b=2")
                .awaitClosing());

        try (RawWebSocket socket = fixture.dial("set-cookie", OFFER)) {
            List<String> cookies = socket.assertAccepted(socket.answer()).all("Set-Cookie");

            assertEquals(2, cookies.size(), cookies::toString);
            assertTrue(cookies.get(0).startsWith("a=1; "), cookies::toString);
            assertEquals("b=2", cookies.get(1));
        }
    }

    @Test
    void browserIsAcceptedOnlyAfterUpstream() throws IOException {
        Signal accept = new Signal("upstream may accept");
        fixture.upstream().on(GatewayFixture.streamOf("upstream-first"), exchange -> {
            accept.await();
            exchange.acceptWebSocket().awaitClosing();
        });

        try (RawWebSocket socket = fixture.dial("upstream-first", OFFER)) {
            fixture.upstream()
                    .requests(GatewayFixture.streamOf("upstream-first"))
                    .take();
            assertTrue(socket.isSilentFor(Duration.ofMillis(500)), "answered before upstream accepted");
            accept.fire();

            socket.assertAccepted(socket.answer());
        }
    }

    @Test
    void framesSentWithHandshakeResponseAreDelivered() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("eager"), exchange -> exchange.acceptWebSocketTogetherWith(
                        Frame.text("eager"))
                .awaitClosing());

        try (RawWebSocket socket = fixture.open("eager", OFFER)) {
            assertEquals(Frame.text("eager"), socket.frames().nextMessage());
        }
    }
}
