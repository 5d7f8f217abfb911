package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.hostile.FrameBytes.BINARY;
import static org.streamlitgateway.it.hostile.FrameBytes.CLOSE;
import static org.streamlitgateway.it.hostile.FrameBytes.FIN;
import static org.streamlitgateway.it.hostile.FrameBytes.PING;
import static org.streamlitgateway.it.hostile.FrameBytes.TEXT;
import static org.streamlitgateway.it.hostile.FrameBytes.closeFrame;
import static org.streamlitgateway.it.hostile.FrameBytes.frame;
import static org.streamlitgateway.it.hostile.FrameBytes.header;
import static org.streamlitgateway.it.hostile.FrameBytes.join;
import static org.streamlitgateway.it.hostile.FrameBytes.masked;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** WebSocket frames that violate RFC 6455, sent to a page's socket and to channels. */
final class FrameAttacks {
    private static final String KIND = "WebSocket frames";
    private static final int SOME = 5;

    /** Expected results: the matching close code, or the end of the connection. */
    private static final Set<Integer> PROTOCOL_ERROR = Set.of(1002, FrameBytes.CUT);

    /** A parser may check the size before the rest. */
    private static final Set<Integer> WRONG_OR_TOO_BIG = Set.of(1002, 1009, FrameBytes.CUT);

    /** A channel that accepts no messages may refuse for that reason first. */
    private static final Set<Integer> WRONG_OR_UNWANTED = Set.of(1002, 1003, 1007, 1008, 1009, FrameBytes.CUT);

    /** A container may end the connection while it sends the close frame. */
    private static final int GOING_AWAY = 1001;

    private static final long TWO_GIGABYTES = Integer.MAX_VALUE - 16L;

    private FrameAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        byte[] one = {1};
        Map<String, byte[]> huge = new LinkedHashMap<>();
        for (int opcode : List.of(3, 4, 5, 6, 7)) {
            huge.put(
                    "reserved opcode " + opcode + " announcing 2 GB",
                    join(header(FIN | opcode, true, TWO_GIGABYTES), one));
        }
        huge.put("reserved opcode 11 announcing 2 GB", join(header(FIN | 11, true, TWO_GIGABYTES), one));
        huge.put("reserved opcode 15 announcing 1 GB", join(header(FIN | 15, true, 1L << 30), one));
        huge.put("a ping announcing 2 GB", join(header(FIN | PING, true, TWO_GIGABYTES), one));
        huge.put("a close frame announcing 500 MB", join(header(FIN | CLOSE, true, 500_000_000), one));
        huge.put("a negative length", join(header(FIN | BINARY, true, Long.MIN_VALUE), one));
        huge.put("the length -1", join(header(FIN | TEXT, true, -1), one));
        huge.put("a continuation without a first frame announcing 2 GB", join(header(FIN, true, TWO_GIGABYTES), one));
        huge.put("a reserved bit announcing 2 GB", join(header(FIN | 0x40 | BINARY, true, TWO_GIGABYTES), one));
        huge.put("no mask, announcing 2 GB", join(header(FIN | BINARY, false, TWO_GIGABYTES), one));
        for (String target : List.of("/_stcore/stream", "/_gateway/channels/shared", "/_gateway/channels/own")) {
            huge.forEach((name, bytes) -> attacks.add(
                    Attack.of(KIND, target + ": " + name, t -> assertEnds(t, target, bytes, WRONG_OR_TOO_BIG))));
        }

        Map<String, byte[]> wrong = new LinkedHashMap<>();
        wrong.put("a reserved opcode", masked(FIN | 3, "abc"));
        wrong.put("a reserved control opcode", masked(FIN | 12, "abc"));
        wrong.put("the first reserved bit", masked(FIN | 0x40 | TEXT, "abc"));
        wrong.put("the last reserved bit", masked(FIN | 0x10 | BINARY, "abc"));
        wrong.put("a frame without a mask", frame(FIN | TEXT, false, new byte[SOME]));
        wrong.put("a continuation without a first frame", masked(FIN, "abc"));
        wrong.put("a message inside another", join(masked(TEXT, "abc"), masked(FIN | TEXT, "def")));
        wrong.put("a fragmented ping", masked(PING, "abc"));
        wrong.put("a ping of 126 bytes", masked(FIN | PING, "a".repeat(126)));
        wrong.put("a close frame of one byte", masked(FIN | CLOSE, "a"));
        for (String target : List.of("/_stcore/stream", "/_gateway/channels/sends")) {
            wrong.forEach((name, bytes) -> attacks.add(
                    Attack.of(KIND, target + ": " + name, t -> assertEnds(t, target, bytes, PROTOCOL_ERROR))));
        }

        Map<String, byte[]> text = new LinkedHashMap<>();
        text.put("invalid UTF-8 text", frame(FIN | TEXT, true, new byte[] {(byte) 0xc3, 0x28}));
        text.put("half a character", frame(FIN | TEXT, true, new byte[] {(byte) 0xe2, (byte) 0x82}));
        text.put("a surrogate", frame(FIN | TEXT, true, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}));
        text.put("an overlong slash", frame(FIN | TEXT, true, new byte[] {(byte) 0xc0, (byte) 0xaf}));
        for (String target : List.of("/_stcore/stream", "/_gateway/channels/sends", "/_gateway/channels/shared")) {
            text.forEach((name, bytes) -> attacks.add(
                    Attack.of(KIND, target + ": " + name, t -> assertEnds(t, target, bytes, WRONG_OR_UNWANTED))));
        }
        for (int code : List.of(0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535)) {
            for (String target : List.of("/_stcore/stream", "/_gateway/channels/shared")) {
                attacks.add(Attack.of(
                        KIND, target + ": close code " + code, t -> assertEnds(t, target, closeFrame(code), null)));
            }
        }
        attacks.add(Attack.of(KIND, "100,000 empty fragments", t -> assertFragmentsCostLittle(t, "/_stcore/stream")));
        attacks.add(Attack.of(
                KIND,
                "100,000 empty fragments to a channel",
                t -> assertFragmentsCostLittle(t, "/_gateway/channels/sends")));
        attacks.add(Attack.of(KIND, "100,000 pings without reading", t -> assertPingsAreBounded(t, "/_stcore/stream")));
        attacks.add(Attack.of(
                KIND,
                "100,000 pings to a channel without reading",
                t -> assertPingsAreBounded(t, "/_gateway/channels/shared")));
        return attacks;
    }

    private static void assertEnds(AttackTarget t, String target, byte[] bytes, Set<Integer> codes) throws IOException {
        long before = t.footprint().residentMebibytes();
        try (Attacker client = FrameBytes.open(t, target, "Sec-WebSocket-Protocol: streamlit, gateway.channel.v1")) {
            client.send(bytes);
            int code = FrameBytes.awaitClose(client);
            assertTrue(code != FrameBytes.OPEN, "the socket stays open");
            boolean isExpected = codes == null || codes.contains(code) || !t.embedded() && code == GOING_AWAY;
            assertTrue(isExpected, () -> "closed with " + code);
        }
        long grown = t.footprint().residentMebibytes() - before;
        assertTrue(grown < 100, () -> grown + " MiB of growth");
    }

    private static void assertFragmentsCostLittle(AttackTarget t, String target) throws IOException {
        long before = t.footprint().cpuMillis();
        byte[] many = new byte[100_000 * 6];
        for (int i = 0; i < many.length; i += 6) {
            System.arraycopy(masked(i == 0 ? TEXT : 0, ""), 0, many, i, 6);
        }
        try (Attacker client = FrameBytes.open(t, target, "Sec-WebSocket-Protocol: streamlit, gateway.channel.v1")) {
            client.trySend(new String(many, java.nio.charset.StandardCharsets.ISO_8859_1));
            t.assertServes();
        }
        long used = t.footprint().cpuMillis() - before;
        assertTrue(used < 4000, () -> used + " ms of CPU");
    }

    private static void assertPingsAreBounded(AttackTarget t, String target) throws IOException {
        long before = t.footprint().residentMebibytes();
        byte[] ping = masked(FIN | PING, "a".repeat(125));
        byte[] batch = new byte[1000 * ping.length];
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(ping, 0, batch, i * ping.length, ping.length);
        }
        try (Attacker client = FrameBytes.open(t, target, "Sec-WebSocket-Protocol: streamlit, gateway.channel.v1")) {
            client.socket().setSoTimeout(1);
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    try {
                        client.send(batch);
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            writer.start();
            writer.join(1500); // blocked or done
            t.assertServes();
            long grown = t.footprint().residentMebibytes() - before;
            assertTrue(grown < 100, () -> grown + " MiB of growth");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
