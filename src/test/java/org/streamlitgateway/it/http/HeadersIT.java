package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Headers that are forwarded, headers that end at the gateway, and headers that the gateway sets. */
class HeadersIT extends OnEveryDeployment {
    /** Sends a GET with these field lines and returns the head that upstream received. */
    private HttpHead arrived(String target, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target(target), fieldLines).status());
        }
        return fixture.upstream().requests(target).take().request();
    }

    private String authority() {
        return fixture.uri().getAuthority();
    }

    @Test
    void hostIsPreservedWithItsPort() throws IOException {
        // streamlit #1234, #964: Streamlit compares Host with Origin, port included.
        assertEquals(authority(), arrived("/host").one("Host"));
    }

    @Test
    void unknownHostIsPreserved() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send("GET " + fixture.target("/foreign-host") + " HTTP/1.1\r\nHost: app.example:8443\r\n\r\n");
            assertEquals(200, client.readResponse("GET").status());
        }
        HttpHead request = fixture.upstream().requests("/foreign-host").take().request();
        assertEquals("app.example:8443", request.one("Host"));
    }

    @Test
    void userFieldsPassAndNoneIsAdded() throws IOException {
        HttpHead request = arrived(
                "/user-fields",
                "Cookie: a=1; _streamlit_xsrf=2|3|4|5",
                "Origin: http://" + authority(),
                "Authorization: Bearer user-token",
                "X-Remote-Thing: one",
                "X-Remote-Thing: two");

        assertAll(
                () -> assertEquals("a=1; _streamlit_xsrf=2|3|4|5", request.one("Cookie")),
                () -> assertEquals("http://" + authority(), request.one("Origin")),
                () -> assertEquals("Bearer user-token", request.one("Authorization")),
                () -> assertEquals(List.of("one", "two"), request.all("X-Remote-Thing")),
                () -> assertFalse(request.has("User-Agent"), request::toString),
                () -> assertFalse(request.has("Accept-Encoding"), request::toString),
                () -> assertFalse(request.has("Accept"), request::toString));
    }

    @Test
    @NeedsGateway
    void hopByHopRequestFieldsAreRemoved() throws IOException {
        HttpHead request = arrived(
                "/hops-up",
                "Connection: keep-alive, X-Named-One",
                "Connection: x-named-two",
                "X-Named-One: 1",
                "X-Named-Two: 2",
                "X-Stays: 3",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic c2VjcmV0",
                "TE: trailers",
                "Trailer: X-Sum");

        assertAll(Stream.of(
                        "X-Named-One",
                        "X-Named-Two",
                        "Keep-Alive",
                        "Proxy-Connection",
                        "Proxy-Authorization",
                        "TE",
                        "Trailer")
                .map(name -> () -> assertFalse(request.has(name), name + " in " + request)));
        assertEquals("3", request.one("X-Stays"));
        assertFalse(request.lists("Connection", "X-Named-One"), request::toString);
    }

    @Test
    @NeedsGateway
    void upgradeToOtherProtocolIsRemoved() throws IOException {
        HttpHead request = arrived(
                "/h2c",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA");

        assertFalse(request.has("Upgrade"), request::toString);
        assertFalse(request.has("HTTP2-Settings"), request::toString);
    }

    @Test
    @NeedsGateway
    void hopByHopResponseFieldsAreRemoved() throws IOException {
        fixture.upstream()
                .on(
                        "/hops-down",
                        exchange -> exchange.reply(
                                "200 OK",
                                "body",
                                "Connection: keep-alive, X-Named-Down",
                                "X-Named-Down: 1",
                                "Keep-Alive: timeout=5, max=7",
                                "Proxy-Authenticate: Basic",
                                "Upgrade: h2c",
                                "X-Stays: 2"));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/hops-down"));

            assertEquals("body", response.text());
            assertEquals("2", response.head().one("X-Stays"));
            assertAll(Stream.of("X-Named-Down", "Keep-Alive", "Proxy-Authenticate", "Upgrade")
                    .map(name -> () -> assertFalse(response.head().has(name), name + " in " + response)));
            assertFalse(response.head().lists("Connection", "X-Named-Down"), response::toString);
        }
    }

    @Test
    @NeedsGateway
    void forwardingFieldsNameClientAndRequestedAddress() throws IOException {
        assertSetByGateway(arrived("/forwarded"));
    }

    @Test
    @NeedsGateway
    void spoofedForwardingFieldsAreDropped() throws IOException {
        // streamlit #12005: st.context.ip_address is read from this header, so only the gateway may set it.
        assertSetByGateway(arrived("/spoofed", ForwardingChecks.spoofed()));
    }

    @Test
    @NeedsGateway
    void forwardingFieldsNamedInConnectionAreKept() throws IOException {
        assertSetByGateway(arrived(
                "/stripped-by-connection",
                "Connection: X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, Forwarded, Host"));
    }

    @Test
    @NeedsGateway
    void forwardingFieldsOfUntrustedPeerAreDropped() throws IOException {
        try (GatewayFixture distrusting =
                GatewayFixture.start(deployment, "trusted-proxies", "10.0.0.0/8,192.168.0.0/16")) {
            HttpHead request = ForwardingChecks.sendSpoofed(distrusting, "/distrusted");
            ForwardingChecks.assertSetByGateway(request, distrusting.uri());
        }
    }

    @Test
    @NeedsGateway
    void forwardingFieldsOfTrustedProxyAreExtended() throws IOException {
        try (GatewayFixture trusting = GatewayFixture.start(deployment, "trusted-proxies", "10.0.0.0/8,127.0.0.1/32")) {
            HttpHead request = ForwardingChecks.sendSpoofed(trusting, "/trusted");
            ForwardingChecks.assertTrusted(request);

            trusting.open("trusted", ForwardingChecks.spoofed()).close();
            ForwardingChecks.assertTrusted(trusting.upstream()
                    .requests(GatewayFixture.streamOf("trusted"))
                    .take()
                    .request());
        }
    }

    private void assertSetByGateway(HttpHead request) {
        ForwardingChecks.assertSetByGateway(request, fixture.uri());
    }

    @Test
    void dateAndServerAppearOnce() throws IOException {
        // jetty.project #13961
        try (RawHttp client = fixture.http()) {
            HttpHead head = client.get(fixture.target("/_stcore/health")).head();

            assertEquals(1, head.all("Date").size(), head::toString);
            assertTrue(head.all("Server").size() <= 1, head::toString);
            assertEquals(1, head.all("Content-Length").size(), head::toString);
        }
    }

    @Test
    void manyLargeFieldsPassBothWays() throws IOException {
        String kilobyte = "x".repeat(1000);
        String[] lines = new String[12];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "X-Large-" + i + ": " + kilobyte;
        }
        fixture.upstream().on("/large-fields", exchange -> exchange.reply("200 OK", "", lines));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/large-fields"), lines);

            assertEquals(200, response.status());
            assertEquals(kilobyte, response.head().one("X-Large-11"));
        }
        HttpHead request = fixture.upstream().requests("/large-fields").take().request();
        assertEquals(kilobyte, request.one("X-Large-11"));
    }

    @Test
    void nineKilobyteCookiePassesOverHttp() throws IOException {
        // streamlit #14960, #14290: single sign-on makes such cookies; only the WebSocket handshake cannot take them.
        String cookie = "sso=" + "x".repeat(9000);

        assertEquals(cookie, arrived("/large-cookie", "Cookie: " + cookie).one("Cookie"));
    }

    @Test
    @NeedsGateway
    void ambiguousFramingIsRefusedOrNormalized() throws IOException {
        // RFC 9112 section 6.3: the second request below must never be parsed as a separate request.
        try (RawHttp client = fixture.http()) {
            client.send(
                    client.head("POST", fixture.target("/smuggle"), "Content-Length: 6", "Transfer-Encoding: chunked")
                            + "0\r\n\r\n");
            client.send(client.head("GET", fixture.target("/smuggled")));
            int status = client.readResponse("POST").status();

            assertTrue(status == 400 || status == 200, "status " + status);
            if (status == 200) {
                HttpHead request =
                        fixture.upstream().requests("/smuggle").take().request();
                assertFalse(request.has("Content-Length") && request.has("Transfer-Encoding"), request::toString);
            }
        }
    }

    @Test
    @NeedsGateway
    void conflictingContentLengthsAreRefused() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("POST", fixture.target("/two-lengths"), "Content-Length: 3", "Content-Length: 5")
                    + "abcde");

            assertEquals(400, client.readResponse("POST").status());
        }
        fixture.upstream().requests("/two-lengths").assertExhausted();
    }
}
