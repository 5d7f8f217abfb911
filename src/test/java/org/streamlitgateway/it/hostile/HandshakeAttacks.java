package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Invalid handshakes (RFC 6455 section 4), and bytes that follow a refused one on its connection. */
final class HandshakeAttacks {
    private static final String BODY = "a handshake with a body";
    private static final String REFUSED = "a refused upgrade ends its connection";
    private static final String FORGED = "forged handshakes";
    private static final String UPGRADE = "Upgrade: websocket";
    private static final String CONNECTION = "Connection: Upgrade";
    private static final String VERSION = "Sec-WebSocket-Version: 13";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    /** The page's socket and a channel. */
    private static final List<String> SOCKETS = List.of("/_stcore/stream", "/_gateway/channels/shared");

    private HandshakeAttacks() {}

    static String handshake(AttackTarget t, String target, String... additional) {
        List<String> lines = new ArrayList<>(List.of(UPGRADE, CONNECTION, VERSION, KEY));
        lines.addAll(List.of(additional));
        return t.head("GET " + target + " HTTP/1.1", lines.toArray(String[]::new));
    }

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String target : SOCKETS) {
            attacks.add(Attack.of(
                    BODY,
                    target + ": Content-Length 5",
                    t -> assertNoSocket(t, handshake(t, target, "Content-Length: 5") + "hello")));
            attacks.add(Attack.of(
                    BODY,
                    target + ": Content-Length that hides a request",
                    t -> assertNoSocket(
                            t,
                            handshake(t, target, "Content-Length: 35") + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")));
            attacks.add(Attack.of(
                    BODY,
                    target + ": chunks",
                    t -> assertNoSocket(
                            t, handshake(t, target, "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n")));
            attacks.add(Attack.of(
                    BODY,
                    target + ": no chunks at all",
                    t -> assertNoSocket(t, handshake(t, target, "Transfer-Encoding: chunked") + "0\r\n\r\n")));
            attacks.add(Attack.of(
                    REFUSED,
                    target + ": foreign Origin",
                    t -> assertRefusedAndClosed(t, handshake(t, target, "Origin: http://evil.example"))));
            attacks.add(Attack.of(
                    REFUSED,
                    target + ": no key",
                    t -> assertRefusedAndClosed(
                            t, t.head("GET " + target + " HTTP/1.1", UPGRADE, CONNECTION, VERSION))));
            attacks.add(Attack.of(
                    REFUSED,
                    target + ": version 12",
                    t -> assertRefusedAndClosed(
                            t,
                            t.head(
                                    "GET " + target + " HTTP/1.1",
                                    UPGRADE,
                                    CONNECTION,
                                    KEY,
                                    "Sec-WebSocket-Version: 12"))));
            for (String key :
                    List.of("short", "", "dGhlIHNhbXBsZSBub25jZQ==x", "!!!!!!!!!!!!!!!!!!!!!!==", "a".repeat(9000))) {
                attacks.add(Attack.of(
                        FORGED,
                        target + ": a key of " + key.length() + " characters, `"
                                + key.substring(0, Math.min(9, key.length())) + "`",
                        t -> assertRefusedAndClosed(
                                t,
                                t.head(
                                        "GET " + target + " HTTP/1.1",
                                        UPGRADE,
                                        CONNECTION,
                                        VERSION,
                                        "Sec-WebSocket-Key: " + key))));
            }
            attacks.add(Attack.of(
                    FORGED, target + ": two keys", t -> assertRefusedAndClosed(t, handshake(t, target, KEY))));
            attacks.add(Attack.of(
                    FORGED,
                    target + ": by POST",
                    t -> assertNoSocket(
                            t, handshake(t, target, "Content-Length: 0").replaceFirst("GET", "POST"))));
            attacks.add(Attack.of(
                    FORGED,
                    target + ": over HTTP/1.0",
                    t -> assertNoSocket(t, handshake(t, target).replaceFirst("HTTP/1.1", "HTTP/1.0"))));
        }
        attacks.add(Attack.of(
                REFUSED,
                "an unknown channel",
                t -> assertRefusedAndClosed(t, handshake(t, "/_gateway/channels/none"))));
        attacks.add(Attack.of(REFUSED, "Streamlit answers 403", t -> {
            t.upstream().on("/_stcore/stream?refused", exchange -> exchange.reply("403 Forbidden", "no"));
            assertRefusedAndClosed(t, handshake(t, "/_stcore/stream?refused"));
        }));
        attacks.add(Attack.of(REFUSED, "Streamlit answers 404", t -> {
            t.upstream().on("/nowhere", exchange -> exchange.reply("404 Not Found", "no"));
            assertRefusedAndClosed(t, handshake(t, "/nowhere"));
        }));
        attacks.add(Attack.of(BODY, "no framing field of a handshake reaches Streamlit", t -> {
            try (Attacker client = t.connect()) {
                client.send(handshake(t, "/_stcore/stream?length", "Content-Length: 0"));
                Answer answer = client.answer();
                if (answer.status() == 101) {
                    var request = t.upstream()
                            .requests("/_stcore/stream?length")
                            .take()
                            .request();
                    assertTrue(!request.has("Content-Length") && !request.has("Transfer-Encoding"), request::toString);
                } else {
                    assertTrue(answer.isRefusal(), answer::toString);
                }
            }
        }));
        return attacks;
    }

    /**
     * Checks that the request is refused or served without an upgrade: no socket is opened, and nothing is smuggled.
     */
    private static void assertNoSocket(AttackTarget t, String request) throws IOException {
        int before = t.upstream().requests("/smuggled").size();
        try (Attacker client = t.connect()) {
            Answer answer = client.trySend(request).answer();
            assertTrue(answer.isRefusal(), answer::toString);
            assertTrue(client.endsWithin(Duration.ofSeconds(5)), () -> "the connection stays open; " + answer);
            assertEquals(before, t.upstream().requests("/smuggled").size(), "a second request reached Streamlit");
        }
    }

    private static void assertRefusedAndClosed(AttackTarget t, String request) throws IOException {
        try (Attacker client = t.connect()) {
            Answer answer = client.send(request).answer();
            assertTrue(answer.isRefusal(), answer::toString);
            assertTrue(answer.status() == 0 || answer.says("Connection", "close"), answer::toString);
            assertTrue(client.endsWithin(Duration.ofSeconds(5)), () -> "the connection stays open; " + answer);
        }
    }
}
