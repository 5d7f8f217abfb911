package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Pace;

/** HTTP/2 frames that violate RFC 9113 or arrive in floods, and heavy but legitimate use, which must pass. */
final class Http2FloodAttacks {
    private static final String WRONG = "HTTP/2: invalid frames";
    private static final String FLOODS = "HTTP/2: floods";
    private static final String HONEST = "HTTP/2: fairness on one connection";
    private static final int MAX_MEBIBYTES = 100;

    private Http2FloodAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        Map<String, byte[]> wrong = new LinkedHashMap<>();
        byte[] get = Http2.block(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
        int ends = Http2.END_HEADERS | Http2.END_STREAM;
        wrong.put("HEADERS on stream 0", Http2.bytes(Http2.HEADERS, ends, 0, get));
        wrong.put("HEADERS on an even stream", Http2.bytes(Http2.HEADERS, ends, 2, get));
        wrong.put("DATA on an unused stream", Http2.bytes(Http2.DATA, 1, 77, new byte[5]));
        wrong.put(
                "a decreasing stream number",
                FrameBytes.join(Http2.bytes(Http2.HEADERS, ends, 9, get), Http2.bytes(Http2.HEADERS, ends, 5, get)));
        wrong.put("a frame larger than agreed", Http2.bytes(Http2.DATA, 0, 1, new byte[20_000]));
        wrong.put("a frame announcing 16 MB", new byte[] {-1, -1, -1, 0, 0, 0, 0, 0, 1, 1});
        wrong.put("SETTINGS of five bytes", Http2.bytes(Http2.SETTINGS, 0, 0, new byte[5]));
        wrong.put("SETTINGS on a stream", Http2.bytes(Http2.SETTINGS, 0, 1, new byte[6]));
        wrong.put("a window of 2^31", Http2.bytes(Http2.SETTINGS, 0, 0, new byte[] {0, 4, -128, 0, 0, 0}));
        wrong.put("WINDOW_UPDATE of 0", Http2.bytes(Http2.WINDOW_UPDATE, 0, 0, new byte[4]));
        wrong.put(
                "a window beyond its maximum", Http2.bytes(Http2.WINDOW_UPDATE, 0, 0, Http2.number(Integer.MAX_VALUE)));
        wrong.put("PING of seven bytes", Http2.bytes(Http2.PING, 0, 0, new byte[7]));
        wrong.put("CONTINUATION without HEADERS", Http2.bytes(Http2.CONTINUATION, 4, 1, get));
        wrong.put(
                "a frame inside a header block",
                FrameBytes.join(Http2.bytes(Http2.HEADERS, 0, 1, get), Http2.bytes(Http2.PING, 0, 0, new byte[8])));
        wrong.put("PUSH_PROMISE from a client", Http2.bytes(Http2.PUSH_PROMISE, 4, 1, new byte[4]));
        wrong.put("more padding than frame", Http2.bytes(Http2.DATA, Http2.PADDED, 1, (byte) 200, (byte) 1));
        wrong.put("an unknown index", Http2.bytes(Http2.HEADERS, ends, 1, (byte) 0xff, (byte) 0xff, (byte) 0x7f));
        wrong.put("index 0", Http2.bytes(Http2.HEADERS, ends, 1, (byte) 0x80));
        wrong.put("an endless integer", Http2.bytes(Http2.HEADERS, ends, 1, filled(200, 0xff)));
        wrong.put(
                "a string longer than its block",
                Http2.bytes(Http2.HEADERS, ends, 1, (byte) 0, (byte) 0x7f, (byte) 0xff, (byte) 0x7f));
        wrong.put(
                "invalid Huffman code",
                Http2.bytes(
                        Http2.HEADERS,
                        ends,
                        1,
                        FrameBytes.join(new byte[] {0, (byte) 0x84}, filled(4, 0xff), new byte[] {1, 'a'})));
        wrong.put(
                "a header table of 4 GB",
                Http2.bytes(Http2.HEADERS, ends, 1, FrameBytes.join(new byte[] {0x3f, -1, -1, -1, -1, 0x0f}, get)));
        wrong.forEach((name, bytes) -> attacks.add(Attack.of(WRONG, name, t -> {
            assertBounded(t, h -> h.attacker().send(bytes), true);
            assertBounded(t.secure(), h -> h.attacker().send(bytes), true);
        })));

        attacks.add(flood(
                "50,000 PINGs, nothing read", h -> repeat(h, 50_000, Http2.bytes(Http2.PING, 0, 0, new byte[8]))));
        attacks.add(flood(
                "50,000 SETTINGS",
                h -> repeat(h, 50_000, Http2.bytes(Http2.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 1}))));
        attacks.add(flood("50,000 PRIORITY", h -> repeat(h, 50_000, Http2.bytes(Http2.PRIORITY, 0, 1, new byte[5]))));
        attacks.add(flood(
                "50,000 WINDOW_UPDATEs",
                h -> repeat(h, 50_000, Http2.bytes(Http2.WINDOW_UPDATE, 0, 0, Http2.number(1)))));
        attacks.add(flood("200,000 empty DATA", h -> {
            int stream = h.request(false, "POST", "/sink");
            repeat(h, 200_000, Http2.bytes(Http2.DATA, 0, stream));
        }));
        attacks.add(flood("20 MB of CONTINUATION", h -> {
            h.frame(Http2.HEADERS, 0, 1, get);
            repeat(h, 1500, Http2.bytes(Http2.CONTINUATION, 0, 1, Http2.block("x-a", "b".repeat(14_000))));
        }));
        attacks.add(flood("200,000 empty CONTINUATIONs", h -> {
            h.frame(Http2.HEADERS, 0, 1, get);
            repeat(h, 200_000, Http2.bytes(Http2.CONTINUATION, 0, 1));
        }));
        attacks.add(flood("a header block that expands to 60 MB", Http2FloodAttacks::headerBomb));
        attacks.add(flood("20,000 requests reset at once", h -> resets(h, 20_000)));
        attacks.add(flood("20,000 requests with an error in each", h -> {
            for (int i = 0; i < 20_000; i++) {
                int stream = h.request(false, "POST", "/sink");
                h.frame(Http2.WINDOW_UPDATE, 0, stream, new byte[4]);
            }
        }));
        attacks.add(flood("5,000 streams left open", h -> {
            for (int i = 0; i < 5000; i++) {
                h.request(false, "POST", "/sink");
            }
        }));
        attacks.add(flood("1,000 downloads with no window for them", h -> {
            h.frame(Http2.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
            for (int i = 0; i < 1000; i++) {
                h.request(true, "GET", "/bytes/1000000");
            }
        }));

        attacks.add(Attack.of(HONEST, "three pages of 115 requests are cancelled within a second", t -> {
            assertReloadsAreTolerated(t);
            assertReloadsAreTolerated(t.secure());
        }));
        attacks.add(Attack.of(HONEST, "two uploads that Streamlit does not read", t -> {
            assertStalledUploadsDoNotBlockOthers(t, 2);
            assertStalledUploadsDoNotBlockOthers(t.secure(), 2);
        }));
        attacks.add(Attack.of(
                HONEST, "eight uploads that Streamlit does not read", t -> assertStalledUploadsDoNotBlockOthers(t, 8)));
        return attacks;
    }

    /** Sends the attack on a connection. */
    @FunctionalInterface
    private interface Sender {
        void on(Http2 connection) throws IOException;
    }

    private static Attack flood(String sentence, Sender sender) {
        return Attack.of(FLOODS, sentence, t -> assertBounded(t, sender, false));
    }

    private static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static void repeat(Http2 connection, int times, byte[] frame) throws IOException {
        int batch = Math.max(1, 10_000 / frame.length);
        byte[] many = new byte[batch * frame.length];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(frame, 0, many, i * frame.length, frame.length);
        }
        for (int sender = 0; sender < times; sender += batch) {
            connection.attacker().send(many);
        }
    }

    /** Adds a large field to the table and then refers to it by one byte, again and again. */
    private static void headerBomb(Http2 connection) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(Http2.block(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"));
        block.write(0x40); // a literal with incremental indexing
        Http2.integer(block, 0, 7, 1);
        block.write('x');
        Http2.integer(block, 0, 7, 3900);
        block.writeBytes("b".repeat(3900).getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 12_000; i++) {
            block.write(0x80 | 62); // the first entry of the dynamic table
        }
        connection.frame(Http2.HEADERS, Http2.END_HEADERS | Http2.END_STREAM, 1, block.toByteArray());
    }

    private static void resets(Http2 connection, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            connection.reset(connection.request(true, "GET", "/?reset"));
        }
    }

    /**
     * Sends the attack, reads nothing and disconnects. Meanwhile the gateway must serve others, and it must not retain
     * memory.
     */
    private static void assertBounded(AttackTarget t, Sender sender, boolean mustEnd) throws IOException {
        long before = t.footprint().residentMebibytes();
        try (Http2 connection = Http2.open(t)) {
            Thread writer = new Thread(() -> {
                try {
                    sender.on(connection);
                } catch (IOException e) {
                    // the connection was ended, as expected
                }
            });
            writer.start();
            writer.join(5000); // blocked, refused or done
            t.assertServes();
            if (mustEnd) {
                assertTrue(refused(connection), "nothing was refused");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        long grown = t.footprint().residentMebibytes() - before;
        assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
    }

    /** Returns whether the connection or the stream ended, or a 4xx was received. */
    private static boolean refused(Http2 connection) throws IOException {
        connection.attacker().socket().setSoTimeout((int) Duration.ofSeconds(5).toMillis());
        try {
            while (true) {
                Http2.ReceivedFrame frame = connection.read();
                if (frame.type() == Http2.GOAWAY || frame.type() == Http2.RST_STREAM) {
                    return true;
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Behaves like a browser whose user reloads twice while another tab has a WebSocket on the same connection. */
    private static void assertReloadsAreTolerated(AttackTarget t) throws Exception {
        FakeStreamlit.Script never = exchange -> exchange.awaitEnd();
        t.upstream().on("/left", never);
        try (Http2 connection = Http2.open(t)) {
            int socket = connection.webSocket("/_stcore/stream?left");
            assertEquals(200, connection.head(socket).status());
            Pace.every(Duration.ofMillis(250), 3, page -> {
                List<Integer> streams = new ArrayList<>();
                for (int i = 0; i < 115; i++) {
                    streams.add(connection.request(true, "GET", "/left"));
                }
                for (int stream : streams) {
                    connection.reset(stream);
                }
            });
            assertEchoes(connection, socket);
        }
    }

    private static void assertEchoes(Http2 connection, int socket) throws IOException {
        connection.frame(Http2.DATA, 0, socket, FrameBytes.masked(FrameBytes.FIN | FrameBytes.TEXT, "still there"));
        byte[] expected = FrameBytes.frame(
                FrameBytes.FIN | FrameBytes.TEXT, false, "still there".getBytes(StandardCharsets.US_ASCII));
        assertArrayEquals(expected, connection.data(socket));
    }

    private static void assertStalledUploadsDoNotBlockOthers(AttackTarget t, int uploads) throws IOException {
        Gate over = new Gate();
        t.upstream().on("/stalled", exchange -> {
            over.await(); // reads nothing
            exchange.close();
        });
        try (over;
                Http2 connection = Http2.open(t)) {
            int socket = connection.webSocket("/_stcore/stream?stalled");
            assertEquals(200, connection.head(socket).status());
            for (int i = 0; i < uploads; i++) {
                connection.fill(connection.request(false, "PUT", "/stalled"));
            }
            assertTrue(connection.window() > 200, () -> "the connection's window is used up: " + connection.window());
            assertEchoes(connection, socket);
        }
    }
}
