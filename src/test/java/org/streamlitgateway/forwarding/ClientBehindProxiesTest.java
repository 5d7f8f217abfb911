package org.streamlitgateway.forwarding;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.Cidr;

/** The client determined from the forwarding headers of known proxies. */
class ClientBehindProxiesTest {
    private static final Guard GUARD = new Guard(
            List.of(
                    Cidr.parse("127.0.0.0/8").orElseThrow(),
                    Cidr.parse("10.0.0.0/8").orElseThrow(),
                    Cidr.parse("fd00::/8").orElseThrow()),
            Set.of(),
            Set.of(),
            false);

    @Test
    void forwardedIsUsedIfItIsTheOnlyHeader() {
        ClientInfo client = from("127.0.0.1", "Forwarded: for=203.0.113.7;proto=https;host=portal.example");

        assertClient(client, "203.0.113.7", "https", "portal.example", 443, "");
        assertEquals("203.0.113.7, 127.0.0.1", client.forwardedFor());
    }

    @Test
    void forwardedMayHaveQuotesBracketsAndAnyCase() {
        ClientInfo client = from(
                "127.0.0.1",
                "Forwarded: FOR=\"[2001:db8::7]:4711\" ; Proto=HTTPS; by=_us;host=\"Portal.example:8443\"");

        assertClient(client, "2001:db8::7", "https", "portal.example:8443", 8443, "");
    }

    @Test
    void quotedValueMayContainSeparatorsAndEscapes() {
        ClientInfo client = from(
                "127.0.0.1",
                "Forwarded: for=\"203.0.113.7\";secret=\"a,b;c=\\\"d\";host=\"portal\\.example\";proto=http");

        assertClient(client, "203.0.113.7", "http", "portal.example", 80, "");
    }

    @Test
    void forwardedElementsAreCountedFromTheRight() {
        String claimed = "for=198.51.100.1;host=evil.example;proto=http";
        ClientInfo one =
                from("127.0.0.1", "Forwarded: " + claimed + ", for=203.0.113.7;host=portal.example;proto=https");
        ClientInfo two = from(
                "127.0.0.1",
                "Forwarded: " + claimed,
                "Forwarded: for=203.0.113.7;host=portal.example;proto=https, for=10.1.2.3;host=inner:8080;proto=http");

        assertClient(one, "203.0.113.7", "https", "portal.example", 443, "");
        assertClient(two, "203.0.113.7", "https", "portal.example", 443, "");
        assertEquals("198.51.100.1, 203.0.113.7, 127.0.0.1", one.forwardedFor());
        assertEquals("198.51.100.1, 203.0.113.7, 127.0.0.1", two.forwardedFor());
    }

    @Test
    void hopMayHideItsClient() {
        assertClient(
                from("10.0.0.1", "Forwarded: for=_hidden;host=portal.example;proto=https"),
                "10.0.0.1",
                "https",
                "portal.example",
                443,
                "");
        assertClient(
                from("10.0.0.1", "Forwarded: for=198.51.100.1, for=unknown;proto=https"),
                "10.0.0.1",
                "https",
                "inner:8500",
                8500,
                "");
        assertEquals(
                "10.0.0.1",
                from("10.0.0.1", "Forwarded: for=198.51.100.1, for=unknown").forwardedFor());
    }

    @Test
    void listEntriesAreCountedFromTheRight() {
        ClientInfo client = from(
                "127.0.0.1",
                "X-Forwarded-For: 198.51.100.1, 203.0.113.7",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Host: portal.example",
                "X-Forwarded-Proto: http, https",
                "X-Forwarded-Prefix: /evil, /outer");

        assertClient(client, "203.0.113.7", "https", "portal.example", 443, "/outer");
        assertEquals("198.51.100.1, 203.0.113.7, 127.0.0.1", client.forwardedFor());
    }

    @Test
    void eachTrustedHopAddsOneReliableEntry() {
        ClientInfo client = from(
                "127.0.0.1",
                "X-Forwarded-For: 203.0.113.7, 10.1.2.3,10.1.2.4",
                "X-Forwarded-Host: evil.example, portal.example, middle:1, inner:2",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Port: 8443, 1, 2",
                "X-Forwarded-Prefix: /evil, /outer/, /, /inner");

        assertClient(client, "203.0.113.7", "https", "portal.example:8443", 8443, "/outer/inner");
        assertEquals("203.0.113.7, 127.0.0.1", client.forwardedFor());
    }

    @Test
    void addressesMayHavePortsAndBrackets() {
        assertEquals(
                "203.0.113.7",
                from("10.0.0.1", "X-Forwarded-For: 203.0.113.7:4711").address());
        assertEquals(
                "2001:db8::7",
                from("10.0.0.1", "X-Forwarded-For: [2001:db8::7]:4711").address());
        assertEquals(
                "2001:db8::7", from("10.0.0.1", "X-Forwarded-For: 2001:db8::7").address());
        assertEquals(
                "2001:db8::7",
                from("fd00::1", "X-Forwarded-For: 2001:db8::7, fd00::2").forwardedFor());
    }

    @ParameterizedTest
    @ValueSource(strings = {"wss", "WSS", "https", "HTTPS", "http, wss"})
    void webSocketSchemeIsMappedToHttpScheme(String scheme) {
        ClientInfo client = from("127.0.0.1", "X-Forwarded-Proto: " + scheme, "X-Forwarded-Host: portal.example");

        assertClient(client, "127.0.0.1", "https", "portal.example", 443, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/outer", "/outer/", " /outer ", "/x, /outer"})
    void trailingSlashOfPrefixIsRemoved(String prefix) {
        assertEquals(
                "/outer", from("127.0.0.1", "X-Forwarded-Prefix: " + prefix).prefix());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/",
                "//",
                "///",
                "/a//b",
                "/\\evil.example",
                "/a/../b",
                "/..",
                "/./a",
                "/%2e%2e/a",
                "/%2Fevil.example",
                "/%5Cevil.example",
                "https://evil.example",
                "evil.example",
                "/a;Domain=example",
                "/a?b",
                "/a#b",
                "/a b",
                "/a\"b",
                "/a<b>",
                "/a%0d%0aX: y",
                "/ä",
            })
    void unsafePrefixIsIgnored(String prefix) {
        assertEquals("", from("127.0.0.1", "X-Forwarded-Prefix: " + prefix).prefix());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Host: evil.example/x",
                "X-Forwarded-Host: a b",
                "X-Forwarded-Host: user@evil.example",
                "X-Forwarded-Host: evil.example:99999",
                "X-Forwarded-Host: evil.example:8x",
                "X-Forwarded-Host: [::1",
                "X-Forwarded-Host: [evil]",
                "X-Forwarded-Host: \"evil.example\"",
                "X-Forwarded-Proto: javascript",
                "X-Forwarded-Proto: https;x",
                "X-Forwarded-Port: 0",
                "X-Forwarded-Port: -1",
                "X-Forwarded-Port: 65536",
                "X-Forwarded-Port: 443x",
                "X-Forwarded-For: <script>",
                "X-Forwarded-For: 1.2.3.4.5",
                "X-Forwarded-For: 256.1.1.1",
                "X-Forwarded-For: [::1",
                "X-Forwarded-For: evil.example",
                "X-Forwarded-For: _a b",
                "Forwarded: for=\"unclosed",
                "Forwarded: for=1.2.3.4;for=5.6.7.8",
                "Forwarded: host=a host=b",
                "Forwarded: host=evil.example/x",
                "Forwarded: proto=javascript",
                "Forwarded: for",
                "Forwarded: =x",
                "Forwarded: for=<script>",
            })
    void invalidValueIsIgnored(String line) {
        ClientInfo client = from("127.0.0.1", line);

        assertClient(client, "127.0.0.1", "http", "inner:8500", 8500, "");
        assertEquals("127.0.0.1", client.forwardedFor());
    }

    @Test
    void clientCannotHideBehindAnInvalidEntry() {
        ClientInfo client = from("127.0.0.1", "X-Forwarded-For: 10.9.9.9, <script>, 203.0.113.7");

        assertEquals("203.0.113.7", client.address());
        assertEquals("203.0.113.7, 127.0.0.1", client.forwardedFor());
    }

    @Test
    void portIsAddedIfHostOmitsIt() {
        assertEquals("portal.example:8443", port("https", "8443").host());
        assertEquals("portal.example", port("https", "443").host());
        assertEquals("portal.example", port("https", "80").host());
        assertEquals(443, port("https", "80").port());
    }

    private static ClientInfo port(String scheme, String port) {
        return from(
                "127.0.0.1",
                "X-Forwarded-Host: portal.example",
                "X-Forwarded-Proto: " + scheme,
                "X-Forwarded-Port: " + port);
    }

    @Test
    void xForwardedTakesPrecedenceOverForwarded() {
        ClientInfo client = from(
                "127.0.0.1",
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-Host: portal.example",
                "Forwarded: for=198.51.100.1;host=evil.example;proto=https");

        assertClient(client, "203.0.113.7", "http", "portal.example", 80, "");
    }

    @Test
    void untrustedPeerIsIgnored() {
        ClientInfo client = from(
                "192.0.2.1",
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: portal.example",
                "X-Forwarded-Prefix: /outer",
                "Forwarded: for=203.0.113.7;host=portal.example;proto=https");

        assertClient(client, "192.0.2.1", "http", "inner:8500", 8500, "");
        assertEquals("192.0.2.1", client.forwardedFor());
        assertEquals("", client.forwarded());
        assertFalse(client.trusted());
    }

    @Test
    void xForwardedForIsConvertedToForwarded() {
        assertEquals(
                "for=203.0.113.7, for=\"[2001:db8::7]\"",
                from("127.0.0.1", "X-Forwarded-For: 203.0.113.7, 2001:db8::7").forwarded());
    }

    private static void assertClient(
            ClientInfo client, String address, String scheme, String host, int port, String prefix) {
        assertAll(
                () -> assertEquals(address, client.address()),
                () -> assertEquals(scheme, client.scheme()),
                () -> assertEquals(host, client.host()),
                () -> assertEquals(port, client.port()),
                () -> assertEquals(prefix, client.prefix()));
    }

    /** The client of a plain request for {@code inner:8500} with these header lines. */
    private static ClientInfo from(String peer, String... lines) {
        HttpServletRequest request = (HttpServletRequest) Proxy.newProxyInstance(
                ClientBehindProxiesTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getRemoteAddr" -> peer;
                    case "getScheme" -> "http";
                    case "getHeader" -> "inner:8500";
                    case "getHeaders" -> Collections.enumeration(named((String) arguments[0], lines));
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return GUARD.client(request);
    }

    private static List<String> named(String name, String... lines) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return Arrays.stream(lines)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .toList();
    }
}
