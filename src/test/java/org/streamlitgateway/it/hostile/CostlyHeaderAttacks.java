package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Fields that are long or consist of many small parts: the cost must stay proportional to the length. */
final class CostlyHeaderAttacks {
    private static final String KIND = "costly fields";
    private static final String ASSET = "/static/js/costly.CcFifQPt.js";
    private static final int TIMES = 4;
    private static final long LIMIT_MILLIS = 1200; // sum of all requests, with the overhead of a busy machine
    private static final int LONG = 30_000;

    private CostlyHeaderAttacks() {}

    static List<Attack> all() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("blanks", " ".repeat(LONG) + "x");
        values.put("tabs", "\t".repeat(LONG) + "x");
        values.put("commas", ",".repeat(LONG));
        values.put("commas and blanks", ", ".repeat(LONG / 2));
        values.put("semicolons", ";".repeat(LONG));
        values.put("equals signs", "=".repeat(LONG));
        values.put("quotes", "\"".repeat(LONG) + "x");
        values.put("digits", "9".repeat(LONG));
        values.put("backslashes in quotes", "\"" + "\\".repeat(LONG));
        values.put("one-letter items", "a,".repeat(LONG / 2));

        List<Attack> attacks = new ArrayList<>();
        attacks.add(costly("Range", "bytes= and blanks", "bytes=" + " ".repeat(LONG) + "x"));
        attacks.add(costly("Range", "bytes, blanks, =", "bytes" + " ".repeat(LONG) + "=0-1"));
        attacks.add(costly("Range", "blanks behind a range", "bytes=0-1" + " ".repeat(LONG) + "x"));
        attacks.add(costly("Range", "digits", "bytes=" + "1".repeat(LONG) + "-"));
        attacks.add(costly("Range", "many ranges", "bytes=" + "0-1,".repeat(LONG / 4)));
        attacks.add(costly("Accept-Encoding", "weights", "gzip;q=0." + "0".repeat(LONG)));
        attacks.add(costly("Accept-Encoding", "many codings", "br;q=0,".repeat(LONG / 7)));
        attacks.add(costly("If-None-Match", "many tags", "\"a\", ".repeat(LONG / 5)));
        attacks.add(costly("If-None-Match", "weak tags", "W/".repeat(LONG / 2)));
        attacks.add(costly("If-Modified-Since", "a long date", "Wed, 21 Oct 2026 07:28:00 " + "G".repeat(LONG)));
        attacks.add(costly("Connection", "15,000 names", names(5000)));
        for (String field : List.of(
                "Range",
                "Accept-Encoding",
                "Cache-Control",
                "If-None-Match",
                "If-Range",
                "Cookie",
                "Origin",
                "Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "Content-Type",
                "Referer",
                "Expect",
                "Accept-Language",
                "Sec-WebSocket-Protocol",
                "Last-Event-ID")) {
            values.forEach((name, value) -> attacks.add(costly(field, name, value)));
        }
        attacks.add(Attack.of(
                KIND,
                "Cookie: 3,000 cookies of the same name",
                t -> assertCheap(t, "Cookie", "_streamlit_xsrf=a; ".repeat(1500))));
        attacks.add(Attack.of(
                KIND,
                "a handshake with 15,000 subprotocols",
                t -> assertCheapTarget(
                        t,
                        "/_stcore/stream?many",
                        "Connection: Upgrade",
                        "Upgrade: websocket",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "Sec-WebSocket-Protocol: " + "a,".repeat(15_000))));
        for (String path : List.of("/%2e", "/a/", "/%", "/;", "%2f.", "/..%", "/.")) {
            attacks.add(Attack.of(
                    KIND,
                    "a path of many `" + path + "`",
                    t -> assertCheapTarget(t, "/a" + path.repeat(LONG / path.length()))));
        }
        return attacks;
    }

    private static String names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "x" + i).collect(Collectors.joining(", "));
    }

    private static Attack costly(String field, String name, String value) {
        return Attack.of(KIND, field + ": " + name, t -> assertCheap(t, field, value));
    }

    /** Also sends the value as a trusted proxy, whose headers are parsed. */
    private static void assertCheap(AttackTarget t, String field, String value) throws IOException {
        t.upstream()
                .on(
                        ASSET,
                        exchange -> exchange.reply(
                                "200 OK",
                                "const a = 1;\n".repeat(2000),
                                "cache-control: public, immutable, max-age=31536000",
                                "content-type: application/javascript",
                                "etag: \"665b3e13\"",
                                "last-modified: Wed, 21 Oct 2026 07:28:00 GMT"));
        t.get(ASSET);
        long before = t.footprint().cpuMillis();
        for (int i = 0; i < TIMES / 2; i++) {
            assertAnswered(t.get(ASSET, field + ": " + value));
            assertAnswered(t.getByProxy(ASSET, field + ": " + value));
        }
        long used = t.footprint().cpuMillis() - before;
        assertTrue(used < LIMIT_MILLIS, () -> used + " ms of CPU for " + TIMES + " requests");
    }

    private static void assertCheapTarget(AttackTarget t, String target, String... lines) throws IOException {
        long before = t.footprint().cpuMillis();
        for (int i = 0; i < TIMES; i++) {
            assertAnswered(t.get(target, lines));
        }
        long used = t.footprint().cpuMillis() - before;
        long limit = t.embedded() ? LIMIT_MILLIS : 3 * LIMIT_MILLIS; // a container parses the path itself
        assertTrue(used < limit, () -> used + " ms of CPU for " + TIMES + " requests");
    }

    /** Checks for a response of Streamlit or a refusal. */
    private static void assertAnswered(Answer answer) {
        assertTrue(answer.status() < 500, answer::toString);
    }
}
