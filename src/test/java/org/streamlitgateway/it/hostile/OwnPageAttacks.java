package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Responses of the gateway itself: they carry a date, cannot be sniffed or framed, and never repeat the attacker's
 * input.
 */
final class OwnPageAttacks {
    private static final String KIND = "the gateway's own responses";
    private static final String LOG = "the log";
    private static final String TRACES = "stack traces in the log";

    private OwnPageAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String target : List.of(
                "/_gateway/health",
                "/_gateway/ready",
                "/_gateway/none",
                "/_gateway/",
                "/_gateway/channels/none",
                "/_stcore/metrics",
                "/a/../b",
                "/a/..%2fb")) {
            attacks.add(Attack.of(KIND, target, t -> assertHardened(t, target)));
        }
        for (String target : List.of(
                "/_gateway/<script>alert(1)</script>",
                "/_gateway/%3Cscript%3Ealert(1)%3C/script%3E",
                "/_gateway/channels/<img src=x onerror=alert(1)>",
                "/_gateway/channels/%3Cimg%3E?address=%3Cscript%3E",
                "/_gateway/none?a=\"><script>",
                "/a/../<script>")) {
            attacks.add(Attack.of(KIND, "markup in " + target, t -> {
                Answer answer = t.get(target.replace(" ", "%20"));
                assertFalse(answer.body().toLowerCase(Locale.ROOT).matches("(?s).*<(script|img).*"), answer::toString);
            }));
        }
        attacks.add(Attack.of(KIND, "TRACE does not echo cookies", t -> {
            for (String target : List.of("/", "/_gateway/health", "/_gateway/none")) {
                try (Attacker client = t.connect()) {
                    Answer answer = client.send(t.head("TRACE " + target + " HTTP/1.1", "Cookie: secret=s3cret"))
                            .answer();
                    boolean isBuiltIn = target.startsWith("/_gateway");
                    assertFalse(isBuiltIn && answer.body().contains("s3cret"), answer::toString);
                }
            }
        }));
        attacks.add(Attack.of(
                TRACES,
                "no attack so far left a stack trace",
                t -> assertFalse(t.log().lines().anyMatch(line -> line.startsWith("\tat ")), () -> trace(t.log()))));
        attacks.add(Attack.of(
                LOG,
                "no attack so far left control characters",
                t -> assertFalse(
                        t.log()
                                .chars()
                                .anyMatch(c -> c == 0x1b
                                        || c >= 0x80 && c < 0xa0
                                        || c < 0x20 && c != '\n' && c != '\t' && c != '\r'),
                        "control characters in the log")));
        attacks.add(Attack.of(
                LOG, "text of peers is cleaned before it is logged", OwnPageAttacks::assertLoggedTextIsCleaned));
        attacks.add(
                Attack.of(LOG, "3,000 refusals write no more than a few lines", OwnPageAttacks::assertLogIsNotFlooded));
        attacks.add(Attack.of(LOG, "nothing secret is logged", OwnPageAttacks::assertNoSecrets));
        return attacks;
    }

    private static String trace(String log) {
        int at = log.indexOf("\n\tat ");
        return log.substring(Math.max(0, at - 600), Math.min(log.length(), at + 600));
    }

    private static void assertHardened(AttackTarget t, String target) throws IOException {
        Answer answer = t.get(target);
        if (!t.embedded() && answer.first("Cache-Control").isEmpty()) {
            assertTrue(answer.isRefusal(), answer::toString); // the container answered first
            return;
        }
        assertEquals(1, answer.all("Date").size(), answer::toString);
        assertEquals("nosniff", answer.first("X-Content-Type-Options"), answer::toString);
        String policy = answer.first("Content-Security-Policy");
        assertTrue(policy.contains("frame-ancestors") && policy.contains("default-src 'none'"), answer::toString);
        assertTrue(answer.all("Server").stream().noneMatch(server -> server.matches(".*\\d.*")), answer::toString);
    }

    private static void assertLoggedTextIsCleaned(AttackTarget t) throws IOException {
        String text = "evil\u0085\u009b[31m\u001b[2Jwords";
        t.upstream()
                .on(
                        "/words",
                        exchange -> exchange.raw("HTTP/1.1 200 " + text + "\r\nContent-Length: x" + text + "\r\n\r\n"));
        t.get("/words");
        t.get("/words?" + text);
        t.get("/", "Origin: " + text, "Referer: " + text);
        try (Attacker client = t.connect()) {
            client.send(HandshakeAttacks.handshake(t, "/_stcore/stream", "Origin: http://" + text))
                    .answer();
        }
        assertFalse(t.log().chars().anyMatch(c -> c == 0x1b || c >= 0x80 && c < 0xa0), "control characters in the log");
    }

    private static void assertLogIsNotFlooded(AttackTarget t) throws IOException {
        long before = t.log().lines().count();
        for (int i = 0; i < 500; i++) {
            t.get("/a/..%2f" + i);
            t.getByProxy("/", "X-Forwarded-User: a", "X-Forwarded-User: b");
            t.get("/_gateway/channels/none" + i, "Origin: http://evil.example");
            try (Attacker client = t.connect()) {
                client.send(HandshakeAttacks.handshake(t, "/_stcore/stream", "Origin: http://evil" + i + ".example"))
                        .answer();
            }
            try (Attacker client = t.connect()) {
                client.send(t.head("POST /sink HTTP/1.1", "Content-Length: x")).answer();
            }
            try (Attacker client = t.connect()) {
                client.send(t.head("CONNECT a:443 HTTP/1.1")).answer();
            }
        }
        long lines = t.log().lines().count() - before;
        assertTrue(lines < 600, () -> lines + " lines for 3,000 refusals");
    }

    private static void assertNoSecrets(AttackTarget t) throws IOException {
        t.get("/?token=s3cr3t-query", "Cookie: a=s3cr3t-cookie", "Authorization: Bearer s3cr3t-token");
        t.get("/a/..%2fb?token=s3cr3t-query", "Cookie: a=s3cr3t-cookie");
        try (Attacker client = t.connect()) {
            client.send(HandshakeAttacks.handshake(
                            t,
                            "/_stcore/stream?s3cr3t-query",
                            "Sec-WebSocket-Protocol: streamlit, s3cr3t-token",
                            "Origin: http://evil.example"))
                    .answer();
        }
        assertFalse(t.log().contains("s3cr3t"), "a secret is in the log");
    }
}
