package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** HTTP/2 requests that would become a different request, or several requests, over HTTP/1.1 (RFC 9113 section 8). */
final class Http2RequestAttacks {
    private static final String LINE = "HTTP/2: request line";
    private static final String FIELDS = "HTTP/2: fields";
    private static final String AUTHORITY = "HTTP/2: authority and Host disagree";
    private static final String CONNECT = "HTTP/2: CONNECT";
    private static final String PATHS = "HTTP/2: paths";
    private static final String BODY = "HTTP/2: bodies";

    private Http2RequestAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String method : List.of(
                "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\nGET",
                "GET /smuggled",
                "GET\t/smuggled",
                "GET /smuggled HTTP/1.1",
                "GET:",
                "G T",
                "GET\r",
                "GET\n",
                "GET\u0000",
                "G\u00e9T",
                "(GET)",
                "")) {
            attacks.add(both(
                    LINE, "the method " + shown(method), t -> assertRefused(t, h -> h.request(true, method, "/"))));
        }
        for (String path : List.of(
                "/a HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled",
                "/a HTTP/1.1",
                "/a b",
                "/a\tb",
                "/a\rb",
                "/a\nb",
                "/a\r\nX-Forwarded-User: mallory",
                "/a\u0000b",
                "/a\u007fb",
                "/a?b c",
                "/a?b\r\nc: d",
                "relative",
                "",
                "*")) {
            attacks.add(
                    both(LINE, "the path " + shown(path), t -> assertRefused(t, h -> h.request(true, "GET", path))));
        }
        for (String path : List.of(
                "/a/..%2fb", "/a/../b", "/a/%2e%2e%5cb", "/a/..\\b", "/_stcore/metrics", "/_stcore/%6detrics")) {
            attacks.add(both(PATHS, shown(path), t -> assertRefused(t, h -> h.request(true, "GET", path))));
        }
        attacks.add(both(
                LINE,
                "no method",
                t -> assertRefused(t, h -> h.exactly(true, ":scheme", "http", ":authority", "a", ":path", "/"))));
        attacks.add(both(
                LINE,
                "no path",
                t -> assertRefused(t, h -> h.exactly(true, ":method", "GET", ":scheme", "http", ":authority", "a"))));
        attacks.add(both(
                LINE,
                "no scheme",
                t -> assertRefused(t, h -> h.exactly(true, ":method", "GET", ":authority", "a", ":path", "/"))));
        attacks.add(both(LINE, "two paths", t -> assertRefused(t, h -> h.request(true, "GET", "/a", ":path", "/b"))));
        attacks.add(
                both(LINE, "two methods", t -> assertRefused(t, h -> h.request(true, "GET", "/a", ":method", "PUT"))));
        attacks.add(both(
                LINE,
                "a path after the fields",
                t -> assertRefused(
                        t,
                        h -> h.exactly(
                                true,
                                ":method",
                                "GET",
                                ":scheme",
                                "http",
                                ":authority",
                                "a",
                                "x-a",
                                "b",
                                ":path",
                                "/"))));
        attacks.add(both(
                LINE,
                "an unknown pseudo-header",
                t -> assertRefused(t, h -> h.request(true, "GET", "/", ":foo", "bar"))));
        attacks.add(both(LINE, "a status", t -> assertRefused(t, h -> h.request(true, "GET", "/", ":status", "200"))));
        for (String[] field : List.of(
                new String[] {"X-Upper", "b"},
                new String[] {"x a", "b"},
                new String[] {"x-a:", "b"},
                new String[] {"x-a\r\nx-forwarded-user", "mallory"},
                new String[] {"", "b"},
                new String[] {"x-a", "b\r\nX-Forwarded-User: mallory"},
                new String[] {"x-a", "b\nc"},
                new String[] {"x-a", "b\rc"},
                new String[] {"x-a", "b\u0000c"},
                new String[] {"connection", "close"},
                new String[] {"transfer-encoding", "chunked"},
                new String[] {"proxy-connection", "keep-alive"},
                new String[] {"keep-alive", "timeout=5"},
                new String[] {"upgrade", "websocket"},
                new String[] {"te", "gzip"})) {
            attacks.add(
                    both(FIELDS, shown(field[0] + ": " + field[1]), t -> assertNotForwarded(t, field[0], field[1])));
        }
        attacks.add(both(FIELDS, "5,000 fields", t -> {
            String[] many = new String[10_000];
            for (int i = 0; i < many.length; i += 2) {
                many[i] = "x-a" + i;
                many[i + 1] = "b";
            }
            byte[] block = Http2.block(many);
            assertRefused(t, h -> h.inPieces(block));
        }));
        for (String host : List.of("evil.example", "", "a, b")) {
            attacks.add(both(
                    AUTHORITY,
                    "Host " + shown(host),
                    t -> assertRefused(t, h -> h.request(true, "GET", "/echo-request", "host", host))));
        }
        attacks.add(both(
                AUTHORITY,
                "two Hosts",
                t -> assertRefused(
                        t,
                        h -> h.request(true, "GET", "/echo-request", "host", t.authority(), "host", "evil.example"))));
        for (String authority : List.of("u@evil.example", "evil.example/path", "evil example", "evil.example:port")) {
            attacks.add(both(
                    AUTHORITY,
                    "the authority " + shown(authority),
                    t -> assertRefused(
                            t,
                            h -> h.exactly(
                                    true,
                                    ":method",
                                    "GET",
                                    ":scheme",
                                    "http",
                                    ":authority",
                                    authority,
                                    ":path",
                                    "/echo-request"))));
        }
        for (String protocol : List.of("foo", "webtransport", "connect-udp", "websocket2", "", "web socket")) {
            attacks.add(both(
                    CONNECT,
                    "the protocol " + shown(protocol),
                    t -> assertRefused(
                            t,
                            h -> h.request(
                                    false,
                                    "CONNECT",
                                    "/_stcore/stream",
                                    ":protocol",
                                    protocol,
                                    "sec-websocket-version",
                                    "13"))));
        }
        attacks.add(both(
                CONNECT,
                "without a protocol",
                t -> assertRefused(t, h -> h.exactly(false, ":method", "CONNECT", ":authority", "127.0.0.1:22"))));
        attacks.add(both(
                CONNECT,
                "with a path, but without a protocol",
                t -> assertRefused(t, h -> h.request(true, "CONNECT", "/_stcore/stream"))));
        attacks.add(both(
                CONNECT,
                "GET with a protocol",
                t -> assertNoSocket(t, h -> h.request(true, "GET", "/_stcore/stream", ":protocol", "websocket"))));
        attacks.add(both(
                CONNECT,
                "a WebSocket of a foreign Origin",
                t -> assertRefused(t, h -> h.webSocket("/_stcore/stream", "origin", "http://evil.example"))));
        attacks.add(both(
                CONNECT,
                "a WebSocket with a Content-Length",
                t -> assertRefused(t, h -> h.webSocket("/_stcore/stream", "content-length", "5"))));
        attacks.add(both(
                CONNECT,
                "a WebSocket to an unknown channel",
                t -> assertRefused(t, h -> h.webSocket("/_gateway/channels/none"))));
        attacks.add(both(
                CONNECT,
                "a WebSocket of version 12",
                t -> assertRefused(
                        t,
                        h -> h.request(
                                false,
                                "CONNECT",
                                "/_stcore/stream",
                                ":protocol",
                                "websocket",
                                "sec-websocket-version",
                                "12"))));
        attacks.add(both(BODY, "less than Content-Length says", t -> assertCut(t, "5", "abc")));
        attacks.add(both(BODY, "more than Content-Length says", t -> assertCut(t, "3", "abcde")));
        attacks.add(both(
                BODY,
                "a Content-Length that is not a number",
                t -> assertRefused(t, h -> h.request(true, "POST", "/sink", "content-length", "+5"))));
        attacks.add(both(
                BODY,
                "two Content-Lengths",
                t -> assertRefused(
                        t, h -> h.request(true, "POST", "/sink", "content-length", "0", "content-length", "5"))));
        return attacks;
    }

    /** Sends the request on a connection and returns the stream. */
    @FunctionalInterface
    private interface Sender {
        int on(Http2 connection) throws IOException;
    }

    private static Attack both(String kind, String sentence, Attack.Attempt attempt) {
        return Attack.of(kind, sentence, t -> {
            attempt.on(t);
            attempt.on(t.secure());
        });
    }

    private static String shown(String text) {
        String readable = text.replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\u0000", "\\0");
        return "`" + readable.replace("\u007f", "\\x7f") + "`";
    }

    private static void assertRefused(AttackTarget t, Sender sender) throws IOException {
        t.assertNotForwarded(() -> {
            try (Http2 connection = Http2.open(t)) {
                Answer answer = connection.answer(sender.on(connection));
                assertTrue(answer.isRefusal(), answer::toString);
                return answer;
            }
        });
    }

    /**
     * Checks that no socket is opened. The request may be served as a GET; with a protocol it is malformed, which a
     * server may overlook (RFC 9113 section 8.1.1).
     */
    private static void assertNoSocket(AttackTarget t, Sender sender) throws IOException {
        try (Http2 connection = Http2.open(t)) {
            Answer answer = connection.answer(sender.on(connection));
            assertTrue(answer.isRefusal() || answer.says("content-type", "text/html"), answer::toString);
        }
    }

    private static void assertNotForwarded(AttackTarget t, String name, String value) throws IOException {
        try (Http2 connection = Http2.open(t)) {
            Answer answer = connection.answer(connection.request(true, "GET", "/echo-request", name, value));
            boolean dropped = answer.status() == 200
                    && !answer.body().contains("mallory")
                    && answer.seen("X-A").isEmpty()
                    && answer.seen(name).isEmpty();
            assertTrue(answer.isRefusal() || dropped, answer::toString);
        }
    }

    private static void assertCut(AttackTarget t, String length, String content) throws IOException {
        try (Http2 connection = Http2.open(t)) {
            int stream = connection.request(false, "POST", "/sink", "content-length", length);
            connection.frame(
                    Http2.DATA, Http2.END_STREAM, stream, content.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            Answer answer = connection.answer(stream);
            assertTrue(answer.isRefusal(), answer::toString);
        }
    }
}
