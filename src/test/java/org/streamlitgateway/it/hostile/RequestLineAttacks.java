package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Invalid request lines and header fields (RFC 9112 sections 2 to 5, RFC 9110 section 9). */
final class RequestLineAttacks {
    private static final String LINE = "request line";
    private static final String FIELDS = "field lines";
    private static final String CONNECT = "CONNECT and upgrades";
    private static final String HOST = "Host and target disagree";

    private RequestLineAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String line : List.of(
                "GET /a b HTTP/1.1",
                "GET /\tHTTP/1.1",
                "G(T / HTTP/1.1",
                "G\u00e9T / HTTP/1.1",
                "/ HTTP/1.1",
                "GET / HTTP/1.2x",
                "GET / HTTP/3.0",
                "GET / ICAP/1.0",
                "GET /a\u0000b HTTP/1.1",
                "GET /a\u007fb HTTP/1.1",
                "GET /a\rb HTTP/1.1",
                "GET / HTTP/1.1 GET /b HTTP/1.1",
                "GET relative HTTP/1.1",
                "GET ?query HTTP/1.1")) {
            attacks.add(Attack.of(LINE, "HTTP/1.1: " + shown(line), t -> {
                if (!t.isTomcat() || !line.contains("\tHTTP")) { // Tomcat treats a tab as a blank (RFC 9112 section 3)
                    t.assertRefused(t.head(line));
                }
            }));
        }
        attacks.add(Attack.of(LINE, "HTTP/0.9: a line without a version", t -> {
            if (!t.isTomcat()) { // Tomcat still supports it
                t.assertRefused("GET /\r\n\r\n");
            }
        }));
        attacks.add(Attack.of(
                LINE, "a target of 200 KB", t -> t.assertRefused(t.head("GET /" + "a".repeat(200_000) + " HTTP/1.1"))));
        attacks.add(Attack.of(
                LINE, "a method of 100 KB", t -> t.assertRefused(t.head("A".repeat(100_000) + " / HTTP/1.1"))));
        for (String line : List.of(
                "X-A : b",
                "X A: b",
                "no colon",
                ": no name",
                "X-A: b\u0000c",
                "X-A: b\rX-B: c",
                "X-\u00e9: b",
                "X(A): b")) {
            attacks.add(Attack.of(FIELDS, shown(line), t -> assertNotForwarded(t, line)));
        }
        attacks.add(
                Attack.of(FIELDS, "a folded line that hides a field", RequestLineAttacks::assertFoldedLineIsNotAField));
        attacks.add(Attack.of(FIELDS, "no Host", t -> t.assertRefused("GET / HTTP/1.1\r\nX-A: b\r\n\r\n")));
        for (String hosts :
                List.of("Host: a\r\nHost: b", "Host: a, b", "Host: a b", "Host: a/b", "Host: u@b", "Host: a:port")) {
            attacks.add(Attack.of(FIELDS, shown(hosts), t -> {
                String request = "GET / HTTP/1.1\r\n" + hosts + "\r\n\r\n";
                if (t.embedded()) {
                    t.assertRefusedAndClosed(request);
                } else {
                    t.assertRefused(request);
                }
            }));
        }
        attacks.add(Attack.of(
                FIELDS,
                "20,000 field lines",
                t -> t.assertRefused(t.head("GET / HTTP/1.1", "X-A: b\r\n".repeat(20_000) + "X-Z: z"))));
        for (String line : List.of(
                "CONNECT streamlit.example:443 HTTP/1.1",
                "CONNECT 127.0.0.1:22 HTTP/1.1",
                "CONNECT / HTTP/1.1",
                "CONNECT /_stcore/stream HTTP/1.1",
                "CONNECT * HTTP/1.1")) {
            attacks.add(Attack.of(CONNECT, shown(line), t -> t.assertRefused(t.head(line))));
        }
        attacks.add(Attack.of(
                CONNECT,
                "a CONNECT that asks for a WebSocket",
                t -> t.assertRefused(t.head(
                        "CONNECT /_stcore/stream HTTP/1.1",
                        "Connection: Upgrade",
                        "Upgrade: websocket",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))));
        for (String upgrade : List.of("h2c", "TLS/1.0", "foo, bar")) {
            attacks.add(Attack.of(
                    CONNECT,
                    "an upgrade to " + upgrade + " does not reach Streamlit",
                    t -> assertNoUpgrade(t, upgrade)));
        }
        for (String target : List.of(
                "http://inner.example/echo-request",
                "HTTP://inner.example/echo-request",
                "http://inner.example:80/echo-request",
                "https://inner.example/echo-request",
                "http://user@inner.example/echo-request")) {
            attacks.add(Attack.of(HOST, "an absolute target, " + shown(target), t -> assertOneAuthority(t, target)));
        }
        return attacks;
    }

    private static String shown(String text) {
        String readable = text.replace("\r\n", " ⏎ ")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace("\u0000", "\\0")
                .replace("\u007f", "\\x7f");
        return "`" + readable + "`";
    }

    /** A container may drop such a line instead of refusing the request. */
    private static void assertNotForwarded(AttackTarget t, String line) throws IOException {
        Answer answer = t.get("/echo-request", "X-First: 1", line);
        boolean dropped =
                !t.embedded() && answer.status() == 200 && !answer.body().contains("c\n");
        assertTrue(answer.isRefusal() || dropped && answer.seen("X-A").isEmpty(), answer::toString);
    }

    private static void assertFoldedLineIsNotAField(AttackTarget t) throws IOException {
        Answer answer = t.get("/echo-request", "X-A: b", " X-Forwarded-User: mallory", "X-C: d");
        assertTrue(answer.isRefusal() || answer.seen("X-Forwarded-User").isEmpty(), answer::toString);
    }

    private static void assertNoUpgrade(AttackTarget t, String upgrade) throws IOException {
        Answer answer = t.get(
                "/echo-request",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: " + upgrade,
                "HTTP2-Settings: AAMAAABk");
        assertTrue(answer.isRefusal() || answer.status() == 200, answer::toString);
        assertEquals(List.of(), answer.seen("Upgrade"), answer::toString);
        assertFalse(answer.body().contains("HTTP2-Settings"), answer::toString);
    }

    /** RFC 9112 section 3.2.2: the target's authority wins, and the Host of the same request is ignored. */
    private static void assertOneAuthority(AttackTarget t, String target) throws IOException {
        Answer answer = t.get(target);
        if (!answer.isRefusal()) {
            List<String> hosts = answer.seen("Host");
            assertEquals(1, hosts.size(), answer::toString);
            assertTrue(hosts.get(0).replaceFirst(":\\d+$", "").equals("inner.example"), answer::toString);
        }
    }
}
