package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Accepted host names, hidden paths, and the security headers of responses. */
@NeedsGateway
class ExposureIT extends OnEveryDeployment {
    private static final String IMMUTABLE = "/static/js/app.CcFifQPt.js";

    @Override
    protected String[] options() {
        return new String[] {
            "allowed-hosts", "127.0.0.1,localhost,*.example.com:8443",
            "security-headers", "standard",
            "embed-origins", "https://portal.example",
            "trusted-proxies", "127.0.0.1/32"
        };
    }

    private RawResponse getAs(String host, String path, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            StringBuilder head =
                    new StringBuilder("GET " + fixture.target(path) + " HTTP/1.1\r\nHost: " + host + "\r\n");
            for (String line : fieldLines) {
                head.append(line).append("\r\n");
            }
            return client.send(head + "\r\n").readResponse("GET");
        }
    }

    private RawResponse get(String path, String... fieldLines) throws IOException {
        return getAs(fixture.uri().getAuthority(), path, fieldLines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "example.com:8443", "x.example.com", "127.0.0.1.evil.example", "127.0.0.2"})
    void unknownHostReturns421(String host) throws IOException {
        RawResponse answer = getAs(host, "/any-host");

        assertEquals(421, answer.status());
        assertEquals("The gateway does not serve this host name.\n", answer.text());
        assertEquals(421, getAs(host, "/_gateway/nothing").status());
        assertEquals(421, getAs(host, "/_gateway/channels/x").status());
        fixture.upstream().requests("/any-host").assertExhausted();
    }

    @Test
    void webSocketOfUnknownHostIsRefused() throws IOException {
        try (RawWebSocket socket = RawWebSocket.dialAs(
                "evil.example:8500",
                fixture.uri(),
                fixture.target(GatewayFixture.streamOf("rebound")),
                "Origin: http://evil.example:8500")) {
            assertEquals(421, socket.refusal().status());
        }
        fixture.upstream().requests(GatewayFixture.streamOf("rebound")).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:1", "LOCALHOST", "x.example.com:8443", "x.y.example.com:8443"})
    void allowedHostsAreServed(String host) throws IOException {
        assertEquals(200, getAs(host, "/echo-request").status());
    }

    @Test
    void healthIsServedForAnyHost() throws IOException {
        try (RawHttp client = fixture.http()) {
            String path = fixture.target("/_gateway/health/live");
            client.send("GET " + path + " HTTP/1.1\r\nHost: 10.1.2.3:8500\r\n\r\n");

            assertEquals(200, client.readResponse("GET").status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/_stcore/metrics",
                "/_stcore/metrics/",
                "/_stcore/metrics?families=session_events",
                "/_stcore/%6detrics",
                "/%5Fstcore/metrics",
                "/_stcore//metrics",
                "//_stcore/metrics",
                "/_stcore/metrics;x=y",
                "/_stcore;x/metrics",
                "/_stcore/metric%73%2f",
                "/base/_stcore/metrics",
            })
    void metricsAreHidden(String path) throws IOException {
        int status = get(path).status();

        assertTrue(status == 404 || status == 400, "status " + status); // some containers refuse the path themselves
        fixture.upstream().requests(path).assertExhausted();
    }

    @Test
    void metricsAreServedWhenEnabled() throws IOException {
        try (GatewayFixture open = GatewayFixture.start(deployment, "streamlit-metrics", "yes");
                RawHttp client = open.http()) {
            assertEquals(200, client.get(open.target("/_stcore/metrics")).status());
        }
    }

    @Test
    void appResponsesCarrySecurityHeaders() throws IOException {
        HttpHead head = get("/echo-request", "X-Forwarded-Proto: https").head();

        assertStandard(head);
        assertTrue(head.one("Permissions-Policy").startsWith("camera=(self), microphone=(self), "), head::toString);
        assertEquals("max-age=31536000", head.one("Strict-Transport-Security"));
        assertFalse(head.toString().contains("uvicorn"), head::toString);
        assertFalse(get("/echo-request").head().has("Strict-Transport-Security"));
    }

    @Test
    void cachedAssetsCarrySecurityHeaders() throws IOException {
        fixture.upstream()
                .on(
                        IMMUTABLE,
                        exchange -> exchange.reply(
                                "200 OK",
                                "export {}",
                                "Content-Type: text/javascript",
                                "X-Content-Type-Options: nosniff",
                                "Cache-Control: public, immutable, max-age=31536000"));

        assertStandard(get(IMMUTABLE).head());
        assertStandard(get(IMMUTABLE).head());
        assertStandard(get(IMMUTABLE, "Range: bytes=0-3").head());
    }

    private static void assertStandard(HttpHead head) {
        assertEquals("nosniff", head.one("X-Content-Type-Options"));
        assertEquals("same-origin", head.one("Referrer-Policy"));
        assertEquals("frame-ancestors 'self' https://portal.example", head.one("Content-Security-Policy"));
    }

    @Test
    void appPoliciesWinExceptReferrerPolicy() throws IOException {
        fixture.upstream()
                .on(
                        "/own-policies",
                        exchange -> exchange.reply(
                                "200 OK",
                                "",
                                "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
                                "Permissions-Policy: camera=()",
                                "Referrer-Policy: no-referrer"));

        HttpHead head = get("/own-policies").head();

        assertEquals("default-src 'self'; frame-ancestors 'none'", head.one("Content-Security-Policy"));
        assertEquals("camera=()", head.one("Permissions-Policy"));
        assertEquals("same-origin", head.one("Referrer-Policy")); // Streamlit's page is recognized by its Referer
    }

    @Test
    void xsrfCookieIsPartitionedOverHttps() throws IOException {
        fixture.upstream()
                .on(
                        "/token",
                        exchange ->
                                exchange.reply("200 OK", "", "Set-Cookie: _streamlit_xsrf=2|3; Path=/; SameSite=lax"));

        assertEquals(
                "_streamlit_xsrf=2|3; Path=/; SameSite=None; Secure; Partitioned",
                get("/token", "X-Forwarded-Proto: https").head().one("Set-Cookie"));
        assertEquals(
                "_streamlit_xsrf=2|3; Path=/; SameSite=lax",
                get("/token").head().one("Set-Cookie"));
    }

    @Test
    void builtInPagesAllowNoContent() throws IOException {
        for (RawResponse answer : new RawResponse[] {
            get("/_gateway/health/live"), get("/_gateway/nothing"), get("/_stcore/metrics"), getAs("evil.example", "/")
        }) {
            HttpHead head = answer.head();
            assertEquals("nosniff", head.one("X-Content-Type-Options"));
            assertEquals(
                    "default-src 'none'; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'self' https://portal.example",
                    head.one("Content-Security-Policy"));
        }
    }
}
