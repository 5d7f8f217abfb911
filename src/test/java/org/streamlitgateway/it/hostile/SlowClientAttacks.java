package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Pace;

/** Slow, numerous or lost clients that try to use up resources of others. */
final class SlowClientAttacks {
    private static final String KIND = "slow, numerous and lost clients";
    private static final int MAX_MEBIBYTES = 100;

    private static final int ABORTED = 200;

    private SlowClientAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        attacks.add(Attack.of(
                KIND,
                "a head of one byte every half second",
                t -> assertHeadTimesOut(t, "GET / HTTP/1.1\r\nX-A: ", "b")));
        attacks.add(Attack.of(
                KIND,
                "a head of one field every half second",
                t -> assertHeadTimesOut(t, "GET / HTTP/1.1\r\n", "X-A: b\r\n")));
        attacks.add(Attack.of(KIND, "nothing but empty lines", t -> assertHeadTimesOut(t, "", "\r\n")));
        attacks.add(
                Attack.of(KIND, "1,100 uploads of one byte a second", t -> assertOthersAreServed(t, uploads(t, 1100))));
        attacks.add(Attack.of(
                KIND,
                "1,100 uploads in chunks that stay open",
                t -> assertOthersAreServed(
                        t,
                        many(
                                t,
                                1100,
                                t.head("POST /sink HTTP/1.1", "Transfer-Encoding: chunked") + "5\r\nhello\r\n"))));
        attacks.add(Attack.of(KIND, "2,000 silent connections", t -> assertOthersAreServed(t, many(t, 2000, ""))));
        attacks.add(Attack.of(
                KIND,
                "2,000 connections with half a head",
                t -> assertOthersAreServed(t, many(t, 2000, "GET / HTTP/1.1\r\nHost: "))));
        attacks.add(Attack.of(
                KIND,
                "150 downloads of 10 MB that are not read",
                t -> assertOthersAreServed(t, many(t, 150, t.head("GET /bytes/10000000 HTTP/1.1")))));
        attacks.add(Attack.of(
                KIND,
                "500 pipelined requests on each of 20 connections, nothing read",
                t -> assertOthersAreServed(
                        t, many(t, 20, t.head("GET /_stcore/health HTTP/1.1").repeat(500)))));
        attacks.add(Attack.of(
                KIND,
                "200 requests that are aborted at once",
                t -> assertNothingLeaks(t, t.head("GET /bytes/1000000 HTTP/1.1"))));
        attacks.add(Attack.of(
                KIND,
                "200 handshakes that are aborted at once",
                t -> assertNothingLeaks(t, HandshakeAttacks.handshake(t, "/_stcore/stream"))));
        attacks.add(Attack.of(
                KIND,
                "200 handshakes to a channel that are aborted at once",
                t -> assertNothingLeaks(t, HandshakeAttacks.handshake(t, "/_gateway/channels/own"))));
        attacks.add(Attack.of(KIND, "300 assets of long names", t -> assertNamesAreBounded(t, 300)));
        attacks.add(Attack.heavy(KIND, "4,096 assets of long names", t -> assertNamesAreBounded(t, 4096)));
        return attacks;
    }

    private static void assertHeadTimesOut(AttackTarget t, String first, String then) throws IOException {
        if (!t.embedded()) {
            return; // the container reads the head
        }
        try (Attacker client = t.connect()) {
            client.send(first);
            boolean[] ended = {false};
            Pace.every(Duration.ofMillis(500), 4 * AttackTarget.HEAD_SECONDS, step -> {
                if (!ended[0]) {
                    client.trySend(then);
                    ended[0] = client.endsWithin(Duration.ofMillis(1));
                }
            });
            assertTrue(ended[0] || client.endsWithin(Duration.ofSeconds(1)), "the connection stays open");
        }
    }

    private static List<Attacker> uploads(AttackTarget t, int count) throws IOException {
        List<Attacker> clients =
                many(t, count, t.head("PUT /_stcore/upload_file/a/b HTTP/1.1", "Content-Length: 1000000") + "a");
        Pace.every(Duration.ofSeconds(1), 2, step -> clients.forEach(client -> client.trySend("a")));
        return clients;
    }

    private static List<Attacker> many(AttackTarget t, int count, String request) throws IOException {
        List<Attacker> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try {
                Attacker client = t.connect();
                clients.add(client);
                client.trySend(request);
            } catch (IOException e) {
                break; // further connections of this client are refused, which is correct
            }
        }
        return clients;
    }

    /** Checks the honest visitor, who has another address, and the socket of a new client. */
    private static void assertOthersAreServed(AttackTarget t, List<Attacker> clients) throws IOException {
        long before = t.footprint().residentMebibytes();
        try {
            for (int i = 0; i < 5; i++) {
                t.assertServes();
                FrameBytes.openFrom(t, "127.0.0.8", "/_stcore/stream?newcomer").close();
            }
            long threads = t.footprint().threads();
            assertTrue(threads < 500, () -> threads + " threads");
            long grown = t.footprint().residentMebibytes() - before;
            assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
        } finally {
            for (Attacker client : clients) {
                client.close();
            }
        }
    }

    private static void assertNothingLeaks(AttackTarget t, String request) throws IOException {
        long before = t.footprint().descriptors();
        for (int i = 0; i < ABORTED; i++) {
            try (Attacker client = t.connect()) {
                client.trySend(request);
                client.socket().setSoLinger(true, 0);
            }
        }
        t.assertServes();
        Eventually.until(
                () -> t.footprint().descriptors() + " files open, before " + before,
                Duration.ofSeconds(30),
                () -> t.footprint().descriptors() <= before + 20); // the connections pooled for Streamlit
    }

    /** Streamlit answers each with its page, as it does for any unknown path. */
    private static void assertNamesAreBounded(AttackTarget t, int count) throws IOException {
        long before = t.footprint().heapBytes();
        for (int i = 0; i < count; i++) {
            Answer answer = t.get("/" + "A-".repeat(29_990) + i + "-ABCDEF12.js");
            assertTrue(answer.status() == 200 || answer.isRefusal(), answer::toString);
        }
        long grown = (t.footprint().heapBytes() - before) >> 20;
        assertTrue(grown < 12, () -> grown + " MiB of growth");
    }
}
