package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.hostile.FrameBytes.BINARY;
import static org.streamlitgateway.it.hostile.FrameBytes.FIN;
import static org.streamlitgateway.it.hostile.FrameBytes.TEXT;
import static org.streamlitgateway.it.hostile.FrameBytes.masked;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Channel subscribers that send invalid or excessive messages, or read nothing. */
final class ChannelAttacks {
    private static final String MESSAGES = "channels: messages";
    private static final String VOLUME = "channels: volume";
    private static final String REQUESTS = "channels: addresses, cursors, posts";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: gateway.channel.v1";
    private static final String SENDS = "/_gateway/channels/sends";
    private static final int MAX_MEBIBYTES = 100;

    private ChannelAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        Map<String, String> violations = new LinkedHashMap<>();
        violations.put("an id of 129 characters", send("a".repeat(129)));
        violations.put("an id of 900 KB", send("a".repeat(900_000)));
        violations.put("not JSON", "hello");
        violations.put("half an object", "{\"type\":\"send\",\"id\":\"1\",\"data\":");
        violations.put("two objects", "{\"type\":\"ack\",\"seq\":1}{\"type\":\"ack\",\"seq\":1}");
        violations.put("an array", "[1]");
        violations.put("no type", "{\"id\":\"1\"}");
        violations.put("a send without data", "{\"type\":\"send\",\"id\":\"1\"}");
        violations.put("invalid base64", "{\"type\":\"send\",\"id\":\"1\",\"base64\":\"*\"}");
        violations.put("100,000 nested arrays", "[".repeat(100_000));
        violations.put("100,000 nested objects", "{\"a\":".repeat(100_000));
        violations.put(
                "data of 50,000 nested arrays",
                "{\"type\":\"send\",\"id\":\"1\",\"data\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}");
        violations.put("a raw control character", "{\"type\":\"send\",\"id\":\"\u0001\",\"data\":1}");
        violations.put("a comment", "{\"type\":\"ack\"/**/}");
        violations.put("NaN", "{\"type\":\"send\",\"id\":\"1\",\"data\":NaN}");
        violations.forEach((name, text) -> attacks.add(Attack.of(
                MESSAGES, name, t -> assertCloses(t, masked(FIN | TEXT, text), Set.of(1002, 1003, 1007, 1008, 1009)))));
        attacks.add(Attack.of(
                MESSAGES,
                "a binary frame",
                t -> assertCloses(t, masked(FIN | BINARY, "abc"), Set.of(1002, 1003, 1007, 1008))));
        attacks.add(Attack.of(
                VOLUME,
                "one message of 20 MB",
                t -> assertCloses(
                        t,
                        masked(
                                FIN | TEXT,
                                "{\"type\":\"send\",\"id\":\"1\",\"text\":\"" + "a".repeat(20_000_000) + "\"}"),
                        Set.of(1008, 1009, FrameBytes.CUT))));

        Map<String, String> odd = new LinkedHashMap<>();
        odd.put("a number of 500,000 digits", data("1".repeat(500_000)));
        odd.put("a number beyond the range of a double", data("1e999999999"));
        odd.put("the same key 50,000 times", data("{" + "\"a\":1,".repeat(50_000) + "\"a\":1}"));
        odd.put("50,000 different keys", data(keys(50_000)));
        odd.put("half a surrogate", data("\"\\ud800\""));
        odd.put("NUL", data("\"\\u0000\""));
        odd.put("a number for an id", "{\"type\":\"send\",\"id\":1,\"data\":1}");
        odd.put("an object for an id", "{\"type\":\"send\",\"id\":{\"a\":[]},\"data\":1}");
        odd.put("no id", "{\"type\":\"send\",\"data\":1}");
        odd.put("the same id twice", "{\"type\":\"send\",\"id\":\"a\",\"id\":\"b\",\"data\":1}");
        odd.put("an id with markup", send("<script>\\n\\u2028"));
        odd.put("an unknown type", "{\"type\":\"" + "a".repeat(100_000) + "\"}");
        odd.put("an ack of a future message", "{\"type\":\"ack\",\"seq\":9223372036854775808}");
        odd.forEach((name, text) -> attacks.add(Attack.of(MESSAGES, name, t -> assertCheap(t, text))));

        attacks.add(Attack.of(
                VOLUME,
                "300 sends with ids of 100 KB, nothing read",
                t -> assertBounded(t, SENDS, send("a".repeat(100_000)), 300)));
        attacks.add(Attack.of(
                VOLUME, "100,000 sends, nothing read", t -> assertBounded(t, SENDS, send("a".repeat(100)), 100_000)));
        attacks.add(Attack.of(
                VOLUME,
                "sends of 1 MB to a read-only channel",
                t -> assertBounded(
                        t,
                        "/_gateway/channels/shared",
                        "{\"type\":\"send\",\"id\":\"a\",\"text\":\"" + "a".repeat(1_000_000) + "\"}",
                        100)));
        attacks.add(Attack.of(
                VOLUME,
                "100 echoes of 1 MB, nothing read",
                t -> assertBounded(
                        t,
                        "/_gateway/channels/own",
                        "{\"type\":\"send\",\"id\":\"a\",\"text\":\"" + "a".repeat(900_000) + "\"}",
                        100)));
        attacks.add(
                Attack.of(VOLUME, "600 sockets to a dedicated channel", t -> assertFeedConnectionsAreLimited(t, 600)));
        attacks.add(Attack.of(VOLUME, "300 event streams, nothing read", t -> assertStreamsAreCheap(t, 300)));

        for (String name : List.of(
                "..%2fshared",
                "%2e%2e",
                "shared%00",
                "shared/../own",
                "SHARED",
                "shared%20",
                "a".repeat(20_000),
                "%ff",
                "shared;x",
                "?address=" + "ws".repeat(10_000),
                "none")) {
            attacks.add(Attack.of(REQUESTS, "the name `" + shown(name) + "`", t -> {
                Answer answer = t.get("/_gateway/channels/" + name, "Accept: text/event-stream");
                assertTrue(answer.isRefusal() || answer.body().equals("[]"), answer::toString);
            }));
        }
        for (String cursor : List.of(
                "-1",
                "99999999999999999999",
                "9223372036854775807",
                "1e9",
                "%00",
                "a".repeat(20_000),
                "1".repeat(20_000),
                "%zz")) {
            attacks.add(Attack.of(
                    REQUESTS,
                    "after " + shown(cursor),
                    t -> assertStreamOrRefusal(t, "/_gateway/channels/shared?after=" + cursor)));
        }
        for (String id : List.of(
                ":",
                "a:",
                ":1",
                "a:-1",
                "a:99999999999999999999",
                ":".repeat(20_000),
                "a".repeat(20_000),
                "\u00e9:1",
                "a:1:2")) {
            attacks.add(Attack.of(
                    REQUESTS,
                    "Last-Event-ID " + shown(id),
                    t -> assertStreamOrRefusal(t, "/_gateway/channels/shared", "Last-Event-ID: " + id)));
        }
        for (String client : List.of("short", "a".repeat(20_000), "%00".repeat(20), "..%2f".repeat(4))) {
            attacks.add(Attack.of(REQUESTS, "client " + shown(client), t -> {
                try (Attacker socket = t.connect()) {
                    Answer answer = socket.send(
                                    HandshakeAttacks.handshake(t, "/_gateway/channels/own?client=" + client, PROTOCOL))
                            .answer();
                    assertTrue(answer.status() == 101 || answer.isRefusal(), answer::toString);
                }
            }));
        }
        attacks.add(Attack.of(
                REQUESTS,
                "a POST of 20 MB",
                t -> assertPost(
                        t,
                        Set.of(413, 0),
                        "/_gateway/channels/sends",
                        "Content-Type: application/json\r\nContent-Length: 20000000",
                        "a".repeat(3_000_000))));
        attacks.add(Attack.of(
                REQUESTS,
                "a POST to a read-only channel",
                t -> assertPost(
                        t,
                        Set.of(403),
                        "/_gateway/channels/shared",
                        "Content-Type: application/json\r\nContent-Length: 2",
                        "{}")));
        attacks.add(Attack.of(
                REQUESTS,
                "a form's POST",
                t -> assertPost(t, Set.of(403, 415), SENDS, "Content-Type: text/plain\r\nContent-Length: 2", "{}")));
        attacks.add(Attack.of(
                REQUESTS,
                "another site's POST",
                t -> assertPost(
                        t,
                        Set.of(403),
                        SENDS,
                        "Origin: https://evil.example\r\nContent-Type: application/json\r\nContent-Length: 2",
                        "{}")));
        attacks.add(Attack.of(REQUESTS, "other methods", t -> {
            for (String method : List.of("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")) {
                try (Attacker client = t.connect()) {
                    Answer answer = client.send(t.head(method + " " + SENDS + " HTTP/1.1"))
                            .answer();
                    assertTrue(answer.isRefusal(), answer::toString);
                }
            }
        }));
        return attacks;
    }

    private static String send(String id) {
        return "{\"type\":\"send\",\"id\":\"" + id + "\",\"data\":1}";
    }

    private static String data(String json) {
        return "{\"type\":\"send\",\"id\":\"1\",\"data\":" + json + "}";
    }

    private static String keys(int count) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append("\"k").append(i).append("\":1,");
        }
        return json.append("\"last\":1}").toString();
    }

    private static String shown(String text) {
        return text.length() > 30 ? text.substring(0, 30) + "… (" + text.length() + ")" : text;
    }

    private static void assertCloses(AttackTarget t, byte[] frame, Set<Integer> codes) throws IOException {
        try (Attacker client = FrameBytes.open(t, SENDS, PROTOCOL)) {
            client.trySend(new String(frame, StandardCharsets.ISO_8859_1));
            int code = FrameBytes.awaitClose(client);
            assertTrue(codes.contains(code), () -> "closed with " + code);
        }
    }

    /** Checks that the message is accepted or refused at once, and at little cost. */
    private static void assertCheap(AttackTarget t, String text) throws IOException {
        long before = t.footprint().cpuMillis();
        try (Attacker client = FrameBytes.open(t, SENDS, PROTOCOL)) {
            client.send(masked(FIN | TEXT, text)).send(masked(FIN | TEXT, "{\"type\":\"bye\"}"));
            int code = FrameBytes.awaitClose(client);
            assertTrue(code != FrameBytes.OPEN && code != 1011, () -> "closed with " + code);
        }
        long used = t.footprint().cpuMillis() - before;
        assertTrue(used < 2000, () -> used + " ms of CPU");
    }

    private static void assertBounded(AttackTarget t, String target, String text, int times) throws IOException {
        long before = t.footprint().residentMebibytes();
        byte[] frame = masked(FIN | TEXT, text);
        try (Attacker client = FrameBytes.open(t, target, PROTOCOL)) {
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < times; i++) {
                        client.send(frame);
                    }
                } catch (IOException e) {
                    // the socket was closed for exceeding its limits
                }
            });
            writer.start();
            writer.join(1500); // blocked, closed or done
            t.assertServes();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        long grown = t.footprint().residentMebibytes() - before;
        assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
    }

    private static void assertFeedConnectionsAreLimited(AttackTarget t, int sockets) throws IOException {
        List<Attacker> clients = new ArrayList<>();
        int refused = 0;
        int before = t.echo().open();
        try {
            for (int i = 0; i < sockets; i++) {
                Attacker client = t.connect();
                clients.add(client);
                Answer answer = client.send(HandshakeAttacks.handshake(t, "/_gateway/channels/own", PROTOCOL))
                        .answer();
                assertTrue(Set.of(101, 429, 503).contains(answer.status()), answer::toString);
                refused += answer.status() == 101 ? 0 : 1;
            }
            t.assertServes();
        } finally {
            for (Attacker client : clients) {
                client.close();
            }
        }
        int dialled = t.echo().open() - before;
        assertTrue(refused > 0 && dialled < sockets / 2, "the feed got " + dialled + " sockets, refused " + refused);
    }

    private static void assertStreamsAreCheap(AttackTarget t, int count) throws IOException {
        long threads = t.footprint().threads();
        List<Attacker> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(t.connect()
                        .send(t.head("GET /_gateway/channels/shared HTTP/1.1", "Accept: text/event-stream")));
            }
            t.assertServes();
            long more = t.footprint().threads() - threads;
            assertTrue(
                    more < (t.embedded() ? 60 : 220),
                    () -> more + " additional threads"); // a container's pool has 200 threads
        } finally {
            for (Attacker client : clients) {
                client.close();
            }
        }
    }

    private static void assertStreamOrRefusal(AttackTarget t, String target, String... lines) throws IOException {
        String[] all = java.util.Arrays.copyOf(lines, lines.length + 1);
        all[lines.length] = "Accept: text/event-stream";
        try (Attacker client = t.connect()) {
            client.send(t.head("GET " + target + " HTTP/1.1", all));
            client.socket().setSoTimeout((int) Duration.ofSeconds(10).toMillis());
            String line = new String(client.in().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            assertTrue(line.isEmpty() || line.matches("HTTP/1.1 (200|4..)"), line);
        }
    }

    private static void assertPost(AttackTarget t, Set<Integer> statuses, String target, String lines, String body)
            throws IOException {
        try (Attacker client = t.connect()) {
            Answer answer = client.trySend(t.head("POST " + target + " HTTP/1.1", lines) + body)
                    .answer();
            assertTrue(statuses.contains(answer.status()), answer::toString);
        }
    }
}
