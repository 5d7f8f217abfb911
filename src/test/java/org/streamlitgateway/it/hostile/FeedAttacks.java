package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.hostile.FrameBytes.BINARY;
import static org.streamlitgateway.it.hostile.FrameBytes.CLOSE;
import static org.streamlitgateway.it.hostile.FrameBytes.FIN;
import static org.streamlitgateway.it.hostile.FrameBytes.PING;
import static org.streamlitgateway.it.hostile.FrameBytes.TEXT;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;

/** Feeds of channels that violate the protocol, flood the gateway or redirect it. */
final class FeedAttacks {
    private static final String KIND = "hostile feeds";
    private static final String TARGET = "/_gateway/channels/wild";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: gateway.channel.v1";
    private static final int MAX_MEBIBYTES = 100;

    /** Allows for the longest retry delay of a feed, which is ten seconds. */
    private static final int RECOVERY_MILLIS = 30_000;

    private FeedAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        frames(attacks, "a reserved opcode announcing 2 GB", FrameBytes.header(FIN | 3, false, 2_000_000_000));
        frames(attacks, "a reserved control opcode announcing 2 GB", FrameBytes.header(FIN | 13, false, 2_000_000_000));
        frames(attacks, "a ping announcing 2 GB", FrameBytes.header(FIN | PING, false, 2_000_000_000));
        frames(attacks, "a message announcing 2 GB", FrameBytes.header(FIN | BINARY, false, 2_000_000_000));
        frames(attacks, "a message announcing 2^62 bytes", FrameBytes.header(FIN | BINARY, false, 1L << 62));
        frames(attacks, "a negative length", FrameBytes.header(FIN | BINARY, false, -1));
        frames(attacks, "a frame with a mask", FrameBytes.frame(FIN | TEXT, true, new byte[5]));
        frames(attacks, "a reserved bit", FrameBytes.frame(FIN | 0x40 | TEXT, false, new byte[5]));
        frames(attacks, "invalid UTF-8 text", FrameBytes.frame(FIN | TEXT, false, new byte[] {(byte) 0xc3, 0x28}));
        frames(attacks, "a continuation without a first frame", FrameBytes.frame(FIN, false, new byte[5]));
        for (int code : List.of(0, 999, 1005, 1006, 1015, 5000)) {
            frames(attacks, "close code " + code, FrameBytes.frame(FIN | CLOSE, false, new byte[] {
                (byte) (code >> 8), (byte) code
            }));
        }
        frames(
                attacks,
                "a close reason with markup and control characters",
                FrameBytes.frame(
                        FIN | CLOSE,
                        false,
                        "\u0003\u00e8<b>\u0085\u009b[2J\u001b[31m".getBytes(StandardCharsets.UTF_8)));
        misbehaving(attacks, "a redirect to a file", e -> e.reply("302 Found", "", "location: file:///etc/passwd"));
        misbehaving(
                attacks,
                "a redirect to another host",
                e -> e.reply("302 Found", "", "location: ws://127.0.0.1:1/elsewhere"));
        misbehaving(attacks, "a redirect to itself", e -> e.reply("307 Temporary Redirect", "", "location: /feed"));
        misbehaving(
                attacks,
                "a wrong key",
                e -> e.raw(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"));
        misbehaving(attacks, "a subprotocol that was not offered", e -> e.acceptWebSocketWith("chat")
                .sendRaw(FrameBytes.frame(FIN | TEXT, false, new byte[] {'1'})));
        misbehaving(attacks, "an extension that was not offered", e -> e.acceptWebSocket(
                        "Sec-WebSocket-Extensions: permessage-deflate")
                .sendRaw(FrameBytes.frame(FIN | 0x40 | TEXT, false, new byte[5])));
        misbehaving(attacks, "an endless head", e -> {
            e.raw("HTTP/1.1 101 Switching Protocols\r\n");
            for (int i = 0; i < 100_000; i++) {
                e.raw("X-A: " + "b".repeat(100) + "\r\n");
            }
        });
        misbehaving(attacks, "garbage", e -> e.raw("\u0016\u0003\u0001\u0002\u0000".repeat(1000)));
        misbehaving(
                attacks,
                "100,000 pings",
                e -> repeat(e.acceptWebSocket(), 100_000, FrameBytes.frame(FIN | PING, false, new byte[100])));
        misbehaving(
                attacks,
                "200,000 messages as fast as possible",
                e -> repeat(
                        e.acceptWebSocket(),
                        200_000,
                        FrameBytes.frame(FIN | TEXT, false, "{\"n\":1}".getBytes(StandardCharsets.US_ASCII))));
        misbehaving(attacks, "200,000 empty fragments", e -> {
            FrameSocket frames = e.acceptWebSocket();
            frames.sendRaw(FrameBytes.frame(TEXT, false, new byte[0]));
            repeat(frames, 200_000, FrameBytes.frame(0, false, new byte[0]));
        });
        misbehaving(
                attacks,
                "100 messages of 1 MB",
                e -> repeat(e.acceptWebSocket(), 100, FrameBytes.frame(FIN | BINARY, false, new byte[1 << 20])));
        misbehaving(attacks, "a message of 100 MB in fragments", e -> {
            FrameSocket frames = e.acceptWebSocket();
            frames.sendRaw(FrameBytes.frame(BINARY, false, new byte[0]));
            repeat(frames, 100, FrameBytes.frame(0, false, new byte[1 << 20]));
        });
        misbehaving(attacks, "100,000 nested arrays", e -> e.acceptWebSocket()
                .send(Frame.text("[".repeat(100_000) + "]".repeat(100_000))));
        misbehaving(attacks, "a number of a million digits", e -> e.acceptWebSocket()
                .send(Frame.text("1".repeat(1_000_000))));
        return attacks;
    }

    private static void repeat(FrameSocket frames, int times, byte[] frame) throws IOException {
        for (int i = 0; i < times; i++) {
            frames.sendRaw(frame);
        }
    }

    private static void frames(List<Attack> attacks, String name, byte[] bytes) {
        misbehaving(attacks, name, e -> {
            e.acceptWebSocket().sendRaw(bytes);
            e.awaitEnd();
        });
    }

    /** The subscriber reads nothing during the attack; afterwards the channel must work with a well-behaved feed. */
    private static void misbehaving(List<Attack> attacks, String name, FakeStreamlit.Script script) {
        attacks.add(Attack.of(KIND, name, t -> {
            long before = t.footprint().residentMebibytes();
            int requestsBefore = t.wild().requestCount();
            t.wild().on("/feed", e -> {
                script.play(e);
                e.close();
            });
            try (Attacker client = FrameBytes.open(t, TARGET, PROTOCOL)) {
                Eventually.until(
                        "the gateway connected to the feed", () -> t.wild().requestCount() > requestsBefore);
                t.assertServes();
                assertTrue(client.socket().isBound());
                long grown = t.footprint().residentMebibytes() - before;
                assertTrue(grown < MAX_MEBIBYTES, () -> grown + " MiB of growth");
                assertTrue(t.wild().requestCount() < requestsBefore + 20, "the gateway reconnects without a delay");
            }
            t.wild().on("/feed", e -> {
                FrameSocket frames = e.acceptWebSocket();
                frames.send(Frame.text("{\"fine\":true}"));
                e.awaitEnd();
            });
            try (Attacker client = FrameBytes.open(t, TARGET, PROTOCOL)) {
                client.socket().setSoTimeout(RECOVERY_MILLIS);
                StringBuilder received = new StringBuilder();
                while (!received.toString().contains("{\"fine\":true}")) {
                    int b = client.in().read();
                    assertTrue(b >= 0, () -> "the channel is closed after " + received);
                    received.append((char) b);
                }
            }
        }));
    }
}
