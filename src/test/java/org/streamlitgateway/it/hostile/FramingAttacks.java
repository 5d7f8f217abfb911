package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The end of a request (RFC 9112 sections 6 and 7). If two parsers disagree on it, an attacker can smuggle a request.
 */
final class FramingAttacks {
    private static final String KIND = "end of a request";
    private static final String CHUNKS = "chunks of a request";
    private static final String HIDDEN = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    private FramingAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String lines : List.of(
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: 0x5",
                "Content-Length: 5 5",
                "Content-Length: five",
                "Content-Length:",
                "Content-Length: 99999999999999999999",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: chunked\r\n\tsomething")) {
            attacks.add(Attack.of(
                    KIND,
                    "a POST says " + shown(lines),
                    t -> t.assertRefusedAndClosed(t.head("POST /sink HTTP/1.1", lines) + "0\r\n\r\n" + HIDDEN)));
        }
        for (String lines : List.of(
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip, chunked",
                "Connection: keep-alive\r\nTransfer-Encoding: chunked",
                "Content-Length: 5\r\nTransfer-Encoding: chunked")) {
            attacks.add(Attack.of(
                    KIND,
                    "an HTTP/1.0 POST says " + shown(lines),
                    t -> t.assertRefusedAndClosed(
                            t.head("POST /sink HTTP/1.0", lines) + "5\r\nhello\r\n0\r\n\r\n" + HIDDEN)));
        }
        for (String body : List.of(
                "G\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "5 5\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n",
                "5\r\nhello" + "0\r\n\r\n",
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
                "5;" + "a".repeat(200_000) + "\r\nhello\r\n0\r\n\r\n",
                "0\r\n" + "X-Trailer: y\r\n".repeat(20_000) + "\r\n")) {
            attacks.add(Attack.of(CHUNKS, "a chunk reads " + shown(body), t -> assertNothingSmuggled(t, body)));
        }
        attacks.add(Attack.of(KIND, "trailers named like header fields", FramingAttacks::assertTrailersAreNotHeaders));
        return attacks;
    }

    private static String shown(String text) {
        String readable = text.replace("\r\n", " ⏎ ")
                .replace('\t', ' ')
                .replace("\u000b", "\\v")
                .strip();
        return "`" + (readable.length() > 60 ? readable.substring(0, 60) + "…" : readable) + "`";
    }

    /**
     * The body may already be in transit when it turns out to be invalid; it must not count as complete, and nothing
     * after it may count as a request.
     */
    private static void assertNothingSmuggled(AttackTarget t, String body) throws IOException {
        int before = t.upstream().requests("/smuggled").size();
        try (Attacker client = t.connect()) {
            Answer answer = client.trySend(t.head("POST /sink HTTP/1.1", "Transfer-Encoding: chunked") + body + HIDDEN)
                    .answer();
            boolean tolerated = answer.status() == 200 && body.length() > 1000; // long but valid
            boolean cut = t.isTomcat()
                    && answer.status() == 500; // Tomcat cannot distinguish an invalid chunk from a lost client
            assertTrue(tolerated || cut || answer.isRefusal(), answer::toString);
            if (!tolerated) {
                assertTrue(!t.embedded() || AttackTarget.isGatewayResponse(answer), answer::toString);
                assertTrue(client.endsWithin(Duration.ofSeconds(5)), "the connection stays open");
                assertEquals(before, t.upstream().requests("/smuggled").size(), "a second request reached Streamlit");
            }
        }
    }

    private static void assertTrailersAreNotHeaders(AttackTarget t) throws IOException {
        try (Attacker client = t.connect()) {
            Answer answer = client.trySend(t.head("POST /echo-request HTTP/1.1", "Transfer-Encoding: chunked")
                            + "0\r\nX-Forwarded-User: mallory\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n")
                    .answer();
            assertTrue(answer.isRefusal() || !answer.body().contains("mallory"), answer::toString);
            assertTrue(answer.isRefusal() || !answer.body().contains("evil.example"), answer::toString);
        }
    }
}
