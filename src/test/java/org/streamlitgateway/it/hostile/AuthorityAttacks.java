package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.StreamlitMessages;

/**
 * Attacks on the public authority. Streamlit compares Host with Origin character by character and stalls when they
 * differ, so both must arrive as the browser sent them, whatever proxies do in between. A foreign page must not gain
 * access by it.
 */
final class AuthorityAttacks {
    private static final String AGREE = "Host and Origin as Streamlit sees them";
    private static final String FOREIGN = "foreign origins";
    private static final String PREFIX = "prefixes and redirects";
    private static final String SESSIONS = "sessions of others";
    private static final String POISON = "answers for another Host";

    private AuthorityAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        String app = "https://app.example";
        agree(attacks, app, "Host: app.example:443", "X-Forwarded-Proto: https");
        agree(attacks, app, "Host: App.Example", "X-Forwarded-Proto: https");
        agree(attacks, "http://app.example", "Host: app.example:80", "X-Forwarded-Proto: http");
        agree(attacks, app, "Host: inner:8501", "X-Forwarded-Host: app.example", "X-Forwarded-Proto: https");
        agree(attacks, app, "Host: inner:8501", "X-Forwarded-Host: app.example:443", "X-Forwarded-Proto: https");
        agree(
                attacks,
                app,
                "Host: inner:8501",
                "X-Forwarded-Host: evil.example, app.example",
                "X-Forwarded-Proto: http, https");
        agree(
                attacks,
                app,
                "Host: inner:8501",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Host: app.example",
                "X-Forwarded-Proto: https");
        agree(attacks, app, "Host: app.example", "X-Forwarded-Proto: wss");
        agree(attacks, app, "Host: app.example", "X-Forwarded-Proto: HTTPS");
        agree(
                attacks,
                app + ":8443",
                "Host: inner",
                "X-Forwarded-Host: app.example",
                "X-Forwarded-Port: 8443",
                "X-Forwarded-Proto: https");
        agree(attacks, app, "Host: inner:8501", "Forwarded: for=203.0.113.7;host=app.example;proto=https");
        agree(attacks, app, "Host: inner:8501", "Forwarded: For=203.0.113.7; Host=\"app.example\"; Proto=HTTPS");
        agree(
                attacks,
                app + ":8443",
                "Host: inner",
                "Forwarded: host=\"app.example:8443\";proto=https;for=\"_hidden\"");
        agree(
                attacks,
                "https://[2001:db8::2]:8443",
                "Host: inner",
                "Forwarded: for=\"[2001:db8::1]:4711\";host=\"[2001:db8::2]:8443\";proto=https");
        agree(
                attacks,
                app,
                "Host: inner",
                "Forwarded: for=192.0.2.1;host=evil.example;proto=http, for=192.0.2.2;host=app.example;proto=https");
        agree(
                attacks,
                app,
                "Host: inner",
                "Forwarded: for=192.0.2.1;host=evil.example",
                "Forwarded: for=192.0.2.2;host=app.example;proto=https");

        foreign(
                attacks,
                "https://evil.example",
                true,
                "Host: app.example",
                "X-Forwarded-Host: evil.example, app.example",
                "X-Forwarded-Proto: https");
        foreign(
                attacks,
                "https://evil.example",
                true,
                "Host: app.example",
                "Forwarded: host=evil.example;proto=https, host=app.example;proto=https");
        foreign(attacks, "http://app.example", true, "Host: app.example", "X-Forwarded-Proto: https");
        foreign(attacks, "https://app.example:444", true, "Host: app.example", "X-Forwarded-Proto: https");
        foreign(attacks, "https://app.example.evil.example", true, "Host: app.example", "X-Forwarded-Proto: https");
        foreign(attacks, "https://evil.example", false, "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https");
        foreign(attacks, "https://evil.example", false, "Forwarded: host=evil.example;proto=https");
        foreign(attacks, "null", false);
        foreign(attacks, "file://", false);
        foreign(attacks, "http://127.0.0.1", false);
        foreign(attacks, "http://localhost:1", false);
        foreign(attacks, "http://evil.example\t", false);

        for (String prefix : List.of(
                "/default/",
                "/",
                "//evil.example",
                "/\\evil.example",
                "/a/../..",
                "https://evil.example",
                "/a, /b",
                "/%2e%2e",
                "/a b",
                "/a\"b")) {
            attacks.add(Attack.of(PREFIX, "X-Forwarded-Prefix `" + prefix + "`", t -> assertSameSite(t, prefix)));
        }
        for (String target : List.of("//evil.example", "//evil.example/%2e%2e", "/\\evil.example")) {
            attacks.add(Attack.of(PREFIX, "a path `" + target + "` does not become a Location", t -> {
                Answer answer = t.get(target);
                assertFalse(answer.first("Location").matches("[/\\\\]{2}.*"), answer::toString);
            }));
        }
        attacks.add(Attack.of(
                SESSIONS, "naming a session's id does not close it", AuthorityAttacks::assertNoSocketIsClosed));
        attacks.add(Attack.of(POISON, "an asset requested with another Host", AuthorityAttacks::assertNotPoisoned));
        return attacks;
    }

    private static void agree(List<Attack> attacks, String origin, String... lines) {
        attacks.add(Attack.of(AGREE, origin + ": " + String.join(" ⏎ ", lines), t -> {
            String target = "/_stcore/stream?agree" + Integer.toHexString(Arrays.hashCode(lines));
            try (Attacker client = t.connectFrom(AttackTarget.PROXY)) {
                Answer answer = client.send(handshake(target, origin, lines)).answer();
                assertEquals(101, answer.status(), answer::toString);
            }
            HttpHead seen = t.upstream().requests(target).take().request();
            assertEquals(origin, seen.one("Origin"), seen::toString);
            assertEquals(origin.replaceFirst(".*://", ""), seen.one("Host"), seen::toString);
        }));
    }

    private static void foreign(List<Attack> attacks, String origin, boolean byProxy, String... lines) {
        String peer = byProxy ? "by a trusted proxy: " : "";
        attacks.add(Attack.of(FOREIGN, peer + origin + ": " + String.join(" ⏎ ", lines), t -> {
            String[] all = lines;
            if (Arrays.stream(lines).noneMatch(line -> line.startsWith("Host:"))) {
                all = Arrays.copyOf(lines, lines.length + 1);
                all[lines.length] = "Host: " + t.authority();
            }
            for (String target : List.of("/_stcore/stream?foreign", "/_gateway/channels/shared")) {
                int before = t.upstream().requestCount();
                try (Attacker client = t.connectFrom(byProxy ? AttackTarget.PROXY : AttackTarget.UNTRUSTED)) {
                    Answer answer = client.send(handshake(target, origin, all)).answer();
                    assertTrue(answer.isRefusal(), answer::toString);
                    assertEquals(before, t.upstream().requestCount(), "the request reached Streamlit");
                }
            }
        }));
    }

    private static String handshake(String target, String origin, String... lines) {
        return "GET " + target + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\nOrigin: " + origin
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Protocol: streamlit, token\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    }

    private static void assertSameSite(AttackTarget t, String prefix) throws IOException {
        t.upstream().on("/page2/", exchange -> exchange.reply("301 Moved Permanently", "", "location: /page2?a=1"));
        Answer answer = t.getByProxy("/page2/", "X-Forwarded-Prefix: " + prefix);
        String location = answer.first("Location");
        assertTrue(answer.isRefusal() || location.endsWith("/page2?a=1"), answer::toString);
        assertFalse(location.matches("[/\\\\]{2}.*|\\w+:.*"), answer::toString);
        assertFalse(location.contains("..") || location.contains("%2e") || location.contains(", "), answer::toString);
    }

    private static void assertNoSocketIsClosed(AttackTarget t) throws IOException {
        serveSession(t, "/_stcore/stream?owner", "0a1b-owner");
        serveSession(t, "/_stcore/stream?thief", "0a1b-thief");
        try (Attacker owner = FrameBytes.open(t, "/_stcore/stream?owner", "Sec-WebSocket-Protocol: streamlit, token")) {
            byte[] first = owner.in()
                    .readNBytes(FrameBytes.frame(0x82, false, StreamlitMessages.newSession("0a1b-owner")).length);
            assertTrue(first.length > 0);
            try (Attacker thief = FrameBytes.openFrom(
                    t, "127.0.0.66", "/_stcore/stream?thief", "Sec-WebSocket-Protocol: streamlit, token, 0a1b-owner")) {
                thief.in().readNBytes(FrameBytes.frame(0x82, false, StreamlitMessages.newSession("0a1b-thief")).length);
                byte[] echo =
                        FrameBytes.frame(0x81, false, "mine".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                owner.send(FrameBytes.masked(0x81, "mine"));
                assertEquals(Arrays.toString(echo), Arrays.toString(owner.in().readNBytes(echo.length)));
            }
        }
    }

    /** Sends a first message with this session's id, as Streamlit does, then echoes text. */
    private static void serveSession(AttackTarget t, String target, String session) {
        t.upstream().on(target, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(Frame.binary(StreamlitMessages.newSession(session)));
            for (Frame frame = frames.nextFrame(); frame.opcode() != Frame.CLOSE; frame = frames.nextFrame()) {
                if (frame.opcode() == Frame.TEXT) {
                    frames.send(frame);
                }
            }
        });
    }

    private static void assertNotPoisoned(AttackTarget t) throws IOException {
        String asset = "/static/js/poison.CcFifQPt.js";
        t.upstream()
                .on(
                        asset,
                        exchange -> exchange.reply(
                                "200 OK",
                                "load('//" + exchange.request().one("Host") + "/x.js');".repeat(100),
                                "cache-control: public, immutable, max-age=31536000",
                                "content-type: application/javascript"));
        try (Attacker client = t.connect()) {
            client.send("GET " + asset + " HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                    .answer();
        }
        for (int i = 0; i < 3; i++) {
            Answer answer = t.get(asset);
            assertFalse(answer.body().contains("evil.example"), answer::toString);
        }
    }
}
