package org.streamlitgateway.it.hostile;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Invalid WebSocket frames (RFC 6455 section 5.2), and the responses to them. */
final class FrameBytes {
    static final int FIN = 0x80;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;

    /** Result: the connection ended without a close frame. */
    static final int CUT = 0;

    /** Result: nothing ended within the limit. */
    static final int OPEN = -1;

    private FrameBytes() {}

    /** Builds a client's frame; the mask is zero, so the payload stays readable. */
    static byte[] masked(int first, String payload) {
        return frame(first, true, payload.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(int first, boolean masked, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header(first, masked, payload.length));
        bytes.writeBytes(payload);
        return bytes.toByteArray();
    }

    /** Builds a header that announces this many bytes. */
    static byte[] header(int first, boolean masked, long length) {
        ByteBuffer header = ByteBuffer.allocate(14).put((byte) first);
        int mask = masked ? 0x80 : 0;
        if (length >= 0 && length < 126) {
            header.put((byte) (mask | length));
        } else if (length >= 0 && length < 1 << 16) {
            header.put((byte) (mask | 126)).putShort((short) length);
        } else {
            header.put((byte) (mask | 127)).putLong(length);
        }
        if (masked) {
            header.putInt(0);
        }
        byte[] bytes = new byte[header.position()];
        header.flip().get(bytes);
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] closeFrame(int code) {
        return frame(FIN | CLOSE, true, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** Opens a WebSocket; fails if it is refused. */
    static Attacker open(AttackTarget t, String target, String... fieldLines) throws IOException {
        return openFrom(t, AttackTarget.UNTRUSTED, target, fieldLines);
    }

    static Attacker openFrom(AttackTarget t, String from, String target, String... fieldLines) throws IOException {
        Attacker client = t.connectFrom(from);
        Answer answer =
                client.send(HandshakeAttacks.handshake(t, target, fieldLines)).answer();
        if (answer.status() != 101) {
            client.close();
            throw new AssertionError("refused: " + answer);
        }
        return client;
    }

    /** Reads until the socket ends; returns the code of the close frame, {@link #CUT} or {@link #OPEN}. */
    static int awaitClose(Attacker client) {
        DataInputStream in = new DataInputStream(client.in());
        try {
            while (true) {
                int opcode = in.readUnsignedByte() & 0x0f;
                long length = in.readUnsignedByte() & 0x7f;
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                if (opcode == CLOSE) {
                    return length < 2 ? 1005 : in.readUnsignedShort();
                }
                in.skipNBytes(length);
            }
        } catch (SocketTimeoutException e) {
            return OPEN;
        } catch (IOException e) {
            return CUT;
        }
    }
}
