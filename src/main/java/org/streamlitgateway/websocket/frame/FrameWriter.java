package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Encoder of frames that the gateway itself sends. Frames to Streamlit are masked (RFC 6455 section 5.3). */
public final class FrameWriter {
    private static final int MASKED = 0x80;
    private static final int FIN = 0x80;

    private FrameWriter() {}

    /** Builds a close frame. */
    public static ByteBuffer close(CloseStatus status, boolean masked) {
        if (status.code() == CloseStatus.NO_CODE) {
            return frame(FrameHeader.CLOSE, new byte[0], masked);
        }
        byte[] reason = status.reason().getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(2 + reason.length)
                .putShort((short) status.code())
                .put(reason);
        return frame(FrameHeader.CLOSE, payload.array(), masked);
    }

    /**
     * Builds a ping frame.
     *
     * @param payload at most 125 bytes, echoed in the pong; masked in place
     */
    public static ByteBuffer ping(byte[] payload, boolean masked) {
        return frame(FrameHeader.PING, payload, masked);
    }

    /**
     * Builds a pong frame.
     *
     * @param payload the ping's payload; masked in place
     */
    public static ByteBuffer pong(byte[] payload, boolean masked) {
        return frame(FrameHeader.PONG, payload, masked);
    }

    /** Builds an unmasked frame with a complete binary message. */
    public static ByteBuffer binary(ByteBuffer payload) {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.MAX_BYTES + length);
        frame.put((byte) (FIN | FrameHeader.BINARY));
        if (length < 126) {
            frame.put((byte) length);
        } else if (length < 1 << 16) {
            frame.put((byte) 126).putShort((short) length);
        } else {
            frame.put((byte) 127).putLong(length);
        }
        return frame.put(payload).flip();
    }

    private static ByteBuffer frame(int opcode, byte[] payload, boolean masked) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.MAX_BYTES + payload.length);
        frame.put((byte) (FIN | opcode)).put((byte) (payload.length | (masked ? MASKED : 0)));
        if (masked) {
            byte[] mask = new byte[4];
            ThreadLocalRandom.current().nextBytes(mask);
            frame.put(mask);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i & 3];
            }
        }
        return frame.put(payload).flip();
    }
}
