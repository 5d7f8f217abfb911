package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.hostile.FrameBytes.BINARY;
import static org.streamlitgateway.it.hostile.FrameBytes.CLOSE;
import static org.streamlitgateway.it.hostile.FrameBytes.FIN;
import static org.streamlitgateway.it.hostile.FrameBytes.PING;
import static org.streamlitgateway.it.hostile.FrameBytes.TEXT;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Pace;

/** A Streamlit, or another server at its address, that sends invalid, endless or unsolicited responses. */
final class StreamlitAttacks {
    private static final String ANSWERS = "Streamlit's responses";
    private static final String LEFTOVERS = "unsolicited responses";
    private static final String SOCKETS = "Streamlit's WebSockets";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
    private static final String POISON = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Poison: yes\r\n\r\npoison";
    private static final int MAX_MEBIBYTES = 100;

    /** The bridge waits for the rest of such frames until its own pings time out. */
    private static final int PING_TIMEOUT_MILLIS = 90_000;

    private StreamlitAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("no status line", "hello\r\n\r\n");
        wrong.put("another protocol", "SSH-2.0-OpenSSH_9.7\r\n");
        wrong.put("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n");
        wrong.put("a status of letters", "HTTP/1.1 abc OK\r\n\r\n");
        wrong.put(
                "101 to a plain request",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        wrong.put("101 without an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n");
        wrong.put("101 to h2c", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        wrong.put("two Content-Lengths", OK + "Content-Length: 3\r\n\r\nokx");
        wrong.put("a negative Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok");
        wrong.put("a signed Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok");
        wrong.put("a Content-Length of letters", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok");
        wrong.put("a field without a colon", OK + "nonsense\r\n\r\nok");
        wrong.put("a blank before the colon", OK + "X-A : b\r\n\r\nok");
        wrong.put("NUL in a field", OK + "X-A: b\u0000c\r\n\r\nok");
        wrong.put("CR in a field", OK + "X-A: b\rSet-Cookie: c=d\r\n\r\nok");
        wrong.put("a head of 1 MB", OK + "X-A: " + "b".repeat(1_000_000) + "\r\n\r\nok");
        wrong.put("100,000 fields", OK + "X-A: b\r\n".repeat(100_000) + "\r\nok");
        wrong.put("an unknown transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\nok");
        wrong.forEach((name, text) -> attacks.add(Attack.of(ANSWERS, name, t -> assertBadGateway(t, text))));

        Map<String, String> cut = new LinkedHashMap<>();
        cut.put("less than Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
        cut.put("chunks that end too early", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        cut.put("a chunk of letters", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n");
        cut.put(
                "a negative chunk",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n-5\r\nhello\r\n0\r\n\r\n");
        cut.put(
                "a chunk larger than a number",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nFFFFFFFFFFFFFFFFF\r\n");
        cut.forEach((name, text) -> attacks.add(Attack.of(ANSWERS, name, t -> assertIncomplete(t, text))));

        attacks.add(Attack.of(ANSWERS, "10,000 interim responses", t -> assertInterimResponsesAreLimited(t)));
        attacks.add(Attack.of(ANSWERS, "a head that never ends", StreamlitAttacks::assertEndlessHead));

        for (String method : List.of("GET", "HEAD")) {
            leftover(attacks, method, "a second response at once", OK + "\r\nok" + POISON, 0);
            leftover(attacks, method, "a second response a little later", OK + "\r\nok", 50);
            leftover(attacks, method, "half of another response", OK + "\r\nokHTTP/1.1 200", 0);
            leftover(attacks, method, "a body after 204", "HTTP/1.1 204 No Content\r\n\r\n" + POISON, 0);
            leftover(attacks, method, "a body after 304", "HTTP/1.1 304 Not Modified\r\n\r\n" + POISON, 0);
            leftover(
                    attacks,
                    method,
                    "chunks and a Content-Length",
                    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
                            + POISON,
                    0);
        }

        socket(
                attacks,
                "a handshake response with a wrong key",
                e -> e.raw(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"));
        socket(
                attacks,
                "a handshake response without a key",
                e -> e.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
        socket(attacks, "200 instead of 101", e -> e.reply("200 OK", "hello"));
        socket(attacks, "an extension that was not offered", e -> {
            e.acceptWebSocket("Sec-WebSocket-Extensions: permessage-deflate")
                    .sendRaw(FrameBytes.frame(FIN | 0x40 | TEXT, false, new byte[5]));
            e.awaitEnd();
        });
        frame(attacks, "a frame with a mask", FrameBytes.frame(FIN | TEXT, true, new byte[5]));
        frame(attacks, "a reserved opcode announcing 2 GB", FrameBytes.header(FIN | 3, false, 2_000_000_000));
        frame(attacks, "a ping announcing 2 GB", FrameBytes.header(FIN | PING, false, 2_000_000_000));
        frame(attacks, "a negative length", FrameBytes.header(FIN | BINARY, false, -1));
        frame(attacks, "a reserved bit", FrameBytes.frame(FIN | 0x20 | BINARY, false, new byte[5]));
        frame(attacks, "a continuation without a first frame", FrameBytes.frame(FIN, false, new byte[5]));
        frame(attacks, "a fragmented ping", FrameBytes.frame(PING, false, new byte[5]));
        frame(attacks, "a close frame of one byte", FrameBytes.frame(FIN | CLOSE, false, new byte[1]));
        frame(attacks, "invalid UTF-8 text", FrameBytes.frame(FIN | TEXT, false, new byte[] {(byte) 0xc3, 0x28}));
        socket(attacks, "100,000 pings", e -> {
            FrameSocket frames = e.acceptWebSocket();
            byte[] ping = FrameBytes.frame(FIN | PING, false, new byte[100]);
            for (int i = 0; i < 100_000; i++) {
                frames.sendRaw(ping);
            }
            e.close();
        });
        return attacks;
    }

    private static void socket(List<Attack> attacks, String name, FakeStreamlit.Script script) {
        attacks.add(Attack.of(SOCKETS, name, t -> assertSocketEnds(t, script)));
    }

    private static void frame(List<Attack> attacks, String name, byte[] bytes) {
        socket(attacks, name, e -> {
            e.acceptWebSocket().sendRaw(bytes);
            e.awaitEnd();
        });
    }

    private static void assertBadGateway(AttackTarget t, String text) throws IOException {
        t.upstream().on("/wrong", exchange -> {
            exchange.raw(text);
            exchange.close();
        });
        Answer answer = t.get("/wrong");
        assertTrue(answer.status() == 502 || answer.status() == 0, answer::toString);
    }

    /** Part of the body may have been sent, but its end must not look complete. */
    private static void assertIncomplete(AttackTarget t, String text) throws IOException {
        t.upstream().on("/cut", exchange -> {
            exchange.raw(text);
            exchange.close();
        });
        Answer answer = t.get("/cut");
        assertTrue(answer.status() == 502 || answer.status() == 0, answer::toString);
    }

    private static void assertInterimResponsesAreLimited(AttackTarget t) throws IOException {
        t.upstream().on("/interim", exchange -> {
            for (int i = 0; i < 10_000; i++) {
                exchange.interim("103 Early Hints", "link: </a.css>; rel=preload");
            }
            exchange.reply("200 OK", "ok");
        });
        try (Attacker client = t.connect()) {
            Answer answer = client.send(t.head("GET /interim HTTP/1.1")).answer();
            assertTrue(answer.status() == 200 || answer.status() == 502 || answer.status() == 0, answer::toString);
        }
    }

    private static void assertEndlessHead(AttackTarget t) throws IOException {
        t.upstream().on("/endless", exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 1_000_000; i++) {
                exchange.raw("X-A: " + "b".repeat(100) + "\r\n");
            }
            exchange.close();
        });
        long before = t.footprint().residentMebibytes();
        Answer answer = t.get("/endless");
        assertTrue(answer.status() == 502 || answer.status() == 0, answer::toString);
        long grown = t.footprint().residentMebibytes() - before;
        assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
    }

    /** @param lateMillis delay before the extra bytes are sent, or 0 if {@code text} contains them */
    private static void leftover(List<Attack> attacks, String method, String name, String text, int lateMillis) {
        attacks.add(Attack.of(LEFTOVERS, method + ": " + name, t -> assertNextIsClean(t, method, text, lateMillis)));
    }

    private static void assertNextIsClean(AttackTarget t, String method, String text, int lateMillis)
            throws IOException {
        AtomicInteger sent = new AtomicInteger();
        t.upstream().on("/leftover", exchange -> {
            exchange.raw(text);
            if (lateMillis > 0) {
                Pace.every(Duration.ofMillis(lateMillis), 2, step -> {});
                exchange.raw(POISON);
            }
            sent.incrementAndGet();
            exchange.awaitEnd();
        });
        for (int round = 1; round <= 3; round++) {
            try (Attacker client = t.connect()) {
                client.send(t.head(method + " /leftover HTTP/1.1")).answer(method);
            }
            int now = round;
            Eventually.until("all of it was sent", () -> sent.get() >= now);
            Pace.every(Duration.ofMillis(100), 2, step -> {}); // bytes that cross the next request cannot be detected
            for (int i = 0; i < 3; i++) {
                Answer next = t.get("/echo-request?" + i);
                assertEquals(200, next.status(), next::toString);
                assertTrue(next.body().startsWith("GET /echo-request?" + i + " "), next::toString);
                assertFalse(next.says("X-Poison", "yes"), next::toString);
            }
        }
    }

    private static void assertSocketEnds(AttackTarget t, FakeStreamlit.Script script) throws IOException {
        t.upstream().on("/_stcore/stream?wild", script);
        long before = t.footprint().residentMebibytes();
        try (Attacker client = t.connect()) {
            Answer answer = client.send(
                            HandshakeAttacks.handshake(t, "/_stcore/stream?wild", "Sec-WebSocket-Protocol: streamlit"))
                    .answer();
            if (answer.status() == 101) {
                client.socket().setSoTimeout(t.splices() ? (int) Attacker.MAX_WAIT.toMillis() : PING_TIMEOUT_MILLIS);
                int code = FrameBytes.awaitClose(client);
                assertTrue(code != FrameBytes.OPEN, "the socket stays open");
            } else {
                assertTrue(answer.status() >= 400 || answer.status() == 0, answer::toString);
            }
        }
        long grown = t.footprint().residentMebibytes() - before;
        assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
    }
}
