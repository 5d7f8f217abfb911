package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/**
 * Behind a trusted proxy, Streamlit sees Host and Origin as the browser knows them. Streamlit compares them character
 * by character, and a mismatch stalls all its sessions.
 */
@NeedsGateway
class PublicAuthorityIT extends OnEveryDeployment {
    private static final AtomicInteger COUNT = new AtomicInteger();

    @Override
    protected String[] options() {
        return new String[] {
            "trusted-proxies", "127.0.0.1/32,10.0.0.0/8",
            "allowed-origins", "https://portal.example,null,vscode-webview://1a2b,capacitor://localhost,file://"
        };
    }

    /** Returns the head that Streamlit receives for a handshake with this Host and these field lines. */
    private HttpHead handshake(String host, String... fieldLines) throws IOException {
        String test = "authority-" + COUNT.incrementAndGet();
        RawWebSocket.openAs(host, fixture.uri(), fixture.target(GatewayFixture.streamOf(test)), fieldLines)
                .close();
        return fixture.upstream().requests(GatewayFixture.streamOf(test)).take().request();
    }

    private int refusal(String host, String... fieldLines) throws IOException {
        String test = "refused-" + COUNT.incrementAndGet();
        try (RawWebSocket socket =
                RawWebSocket.dialAs(host, fixture.uri(), fixture.target(GatewayFixture.streamOf(test)), fieldLines)) {
            int status = socket.refusal().status();
            fixture.upstream().requests(GatewayFixture.streamOf(test)).assertExhausted();
            return status;
        }
    }

    private static void assertAgree(HttpHead request, String host, String origin) {
        assertAll(() -> assertEquals(host, request.one("Host")), () -> assertEquals(origin, request.one("Origin")));
    }

    @ParameterizedTest
    @CsvSource({
        "app.example:443, https, https://app.example, app.example",
        "app.example:80, http, http://app.example, app.example",
        "APP.Example, https, https://app.example, app.example",
        "App.Example:8443, https, https://app.example:8443, app.example:8443",
        "app.example, https, https://app.example, app.example",
        "[2001:DB8::1]:443, https, https://[2001:db8::1], [2001:db8::1]",
    })
    void hostIsNormalizedToMatchOrigin(String host, String scheme, String origin, String expectedHost)
            throws IOException {
        // streamlit #1234, #964: nginx's $host:$server_port
        assertAgree(handshake(host, "Origin: " + origin, "X-Forwarded-Proto: " + scheme), expectedHost, origin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Host: app.example",
                "X-Forwarded-Host: app.example:443",
                "X-Forwarded-Host: evil.example, APP.example",
                "Forwarded: for=203.0.113.7;host=app.example;proto=https",
                "Forwarded: for=\"[2001:db8::7]:4711\";host=\"app.example:443\";proto=https",
                "Forwarded: host=evil.example, for=203.0.113.7;host=app.example;proto=wss",
            })
    void forwardedHostReplacesHost(String line) throws IOException {
        HttpHead request = line.startsWith("Forwarded")
                ? handshake("inner:8080", "Origin: https://app.example", line)
                : handshake("inner:8080", "Origin: https://app.example", line, "X-Forwarded-Proto: wss");

        assertAgree(request, "app.example", "https://app.example");
        assertEquals("https", request.one("X-Forwarded-Proto"));
        assertEquals("443", request.one("X-Forwarded-Port"));
    }

    @Test
    void forwardedPortIsAddedToHost() throws IOException {
        String origin = "https://app.example:8443";

        assertAgree(
                handshake(
                        "inner",
                        "Origin: " + origin,
                        "X-Forwarded-Host: app.example",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Port: 8443"),
                "app.example:8443",
                origin);
    }

    @Test
    void hostFollowsAllowedOrigin() throws IOException {
        HttpHead request = handshake("app.example:8500", "Origin: https://portal.example");

        assertAgree(request, "portal.example", "https://portal.example");
        assertEquals("app.example:8500", request.one("X-Forwarded-Host"));
    }

    @ParameterizedTest
    @CsvSource({"vscode-webview://1a2b, 1a2b", "capacitor://localhost, localhost"})
    void nonWebOriginsAreAllowedByName(String origin, String host) throws IOException {
        assertAgree(handshake("app.example:8500", "Origin: " + origin), host, origin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "file://"})
    void originWithoutHostIsAllowedByNameAndRemoved(String origin) throws IOException {
        HttpHead request = handshake("app.example:8500", "Origin: " + origin);

        assertFalse(request.has("Origin"), request::toString);
        assertEquals("app.example:8500", request.one("Host"));
    }

    @ParameterizedTest
    @CsvSource({
        "app.example, https, http://app.example",
        "app.example:443, https, http://app.example:443",
        "app.example, https, https://app.example:8443",
        "app.example:8500, http, http://app.example",
        "app.example, https, ws://app.example",
    })
    void originWithOtherSchemeOrPortIsRefused(String host, String scheme, String origin) throws IOException {
        assertEquals(403, refusal(host, "Origin: " + origin, "X-Forwarded-Proto: " + scheme));
    }

    @Test
    void repeatedOriginIsRefused() throws IOException {
        assertEquals(403, refusal("app.example", "Origin: http://app.example", "Origin: http://evil.example"));
    }

    @Test
    void uploadAndWebSocketSeeSameHost() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send("PUT " + fixture.target("/sink") + " HTTP/1.1\r\nHost: APP.example:443\r\n"
                    + "Origin: https://app.example\r\nX-Forwarded-Proto: https\r\nContent-Length: 1\r\n\r\nx");
            client.readResponse("PUT");
        }

        assertAgree(fixture.upstream().requests("/sink").take().request(), "app.example", "https://app.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "/..//evil.example",
                "/%2Fevil.example",
                "https://evil.example"
            })
    void forwardedPrefixCannotRedirectToOtherSite(String prefix) throws IOException {
        fixture.upstream()
                .on(
                        "/away",
                        exchange -> exchange.reply("302 Found", "", "Location: /page2", "Set-Cookie: a=1; Path=/"));

        RawResponse answer = get("/away", "X-Forwarded-Prefix: " + prefix);

        assertEquals(fixture.target("/page2"), answer.head().one("Location"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"/default/|/default", "/|''", "/outer|/outer", "/a, /outer/|/outer"})
    void forwardedPrefixIsJoinedWithOneSlash(String forwardedPrefix, String prefix) throws IOException {
        fixture.upstream()
                .on(
                        "/back",
                        exchange -> exchange.reply("302 Found", "", "Location: /page2", "Set-Cookie: a=1; Path=/"));

        HttpHead head = get("/back", "X-Forwarded-Prefix: " + forwardedPrefix).head();

        String context = fixture.target("");
        assertEquals(prefix + context + "/page2", head.one("Location"));
        String path = prefix + context;
        assertEquals("a=1; Path=" + (path.isEmpty() ? "/" : path), head.one("Set-Cookie"));
    }

    @Test
    void identityProviderRedirectOnSameHostIsUnchanged() throws IOException {
        String host = fixture.uri().getAuthority();
        for (String location : List.of("https://" + host + "/realms/x?y=z", "http://" + host + "/realms/x")) {
            fixture.upstream().on("/auth/login", exchange -> exchange.reply("302 Found", "", "Location: " + location));

            assertEquals(location, get("/auth/login").head().one("Location"));
        }
        fixture.upstream()
                .on("/else", exchange -> exchange.reply("302 Found", "", "Location: https://" + host + "/realms/x"));

        assertEquals("https://" + host + "/realms/x", get("/else").head().one("Location"));
    }

    @Test
    void forwardedForEndsWithClientAndTrustedAddress() throws IOException {
        // streamlit #12005: st.context.ip_address; Streamlit trusts the addresses of its own machine only
        HttpHead request = handshake("app.example", "X-Forwarded-For: 198.51.100.9, 203.0.113.7:4711, 10.1.2.3");

        assertEquals("198.51.100.9, 203.0.113.7, 127.0.0.1", request.one("X-Forwarded-For"));
    }

    private RawResponse get(String path, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            return client.get(fixture.target(path), fieldLines);
        }
    }
}
