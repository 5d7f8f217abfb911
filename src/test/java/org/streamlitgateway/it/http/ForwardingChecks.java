package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.it.GatewayFixture;

/**
 * Spoofed forwarding headers and the checks of the headers that upstream must see instead. Shared by the tests of HTTP
 * requests and of handshakes.
 */
public final class ForwardingChecks {
    /** Forwarding headers: false from a client, true from a trusted proxy. */
    private static final String[] SPOOFED = {
        "X-Forwarded-For: 203.0.113.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: portal.example",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Prefix: /elsewhere",
        "Forwarded: for=203.0.113.7;proto=https;host=portal.example",
    };

    private ForwardingChecks() {}

    /** Returns header lines that a client made up. */
    public static String[] spoofed() {
        return SPOOFED.clone();
    }

    static HttpHead sendSpoofed(GatewayFixture fixture, String target) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target(target), SPOOFED).status());
        }
        return fixture.upstream().requests(target).take().request();
    }

    /** Checks that the headers state only facts known to the gateway: the peer's address and the requested address. */
    public static void assertSetByGateway(HttpHead request, URI gateway) {
        String prefix = gateway.getPath().substring(0, gateway.getPath().length() - 1);
        String forwarded = unquoted(request);
        assertAll(
                () -> assertEquals("127.0.0.1", request.one("X-Forwarded-For")),
                () -> assertEquals("http", request.one("X-Forwarded-Proto")),
                () -> assertEquals(gateway.getAuthority(), request.one("X-Forwarded-Host")),
                () -> assertEquals(Integer.toString(gateway.getPort()), request.one("X-Forwarded-Port")),
                () -> assertPrefix(prefix, request),
                () -> assertEquals(1, request.all("Forwarded").size(), request::toString),
                () -> assertTrue(forwarded.contains("for=127.0.0.1"), forwarded),
                () -> assertTrue(forwarded.contains("proto=http"), forwarded),
                () -> assertTrue(forwarded.contains("host=" + gateway.getAuthority()), forwarded),
                () -> assertFalse(request.toString().contains("203.0.113.7"), request::toString),
                () -> assertFalse(request.toString().contains("portal.example"), request::toString));
    }

    private static void assertPrefix(String prefix, HttpHead request) {
        if (prefix.isEmpty()) {
            assertTrue(List.of("", "/").contains(request.first("X-Forwarded-Prefix")), request::toString);
        } else {
            assertEquals(prefix, request.one("X-Forwarded-Prefix"));
        }
    }

    /** Checks that the trusted proxy's values come first, followed by the proxy's own address. */
    static void assertTrusted(HttpHead request) {
        String chain = String.join(",", request.all("X-Forwarded-For")).replace(" ", "");
        String forwarded = unquoted(request);
        assertAll(
                () -> assertEquals("203.0.113.7,127.0.0.1", chain),
                () -> assertEquals("https", request.one("X-Forwarded-Proto")),
                () -> assertEquals("portal.example", request.one("X-Forwarded-Host")),
                () -> assertEquals("443", request.one("X-Forwarded-Port")),
                () -> assertTrue(request.one("X-Forwarded-Prefix").startsWith("/elsewhere"), request::toString),
                () -> assertTrue(forwarded.startsWith("for=203.0.113.7;proto=https;host=portal.example"), forwarded),
                () -> assertTrue(forwarded.contains("for=127.0.0.1"), forwarded));
    }

    /** Returns the Forwarded field as one line, in lower case, without quotes and blanks (RFC 7239 section 4). */
    private static String unquoted(HttpHead request) {
        return String.join(",", request.all("Forwarded"))
                .replace("\"", "")
                .replace(" ", "")
                .toLowerCase(Locale.ROOT);
    }
}
