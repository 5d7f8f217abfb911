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
        return binaryHead(payload.remaining(), 0).put(payload).flip();
    }

    /**
     * Builds a masked frame with a complete binary message.
     *
     * @param payload masked in place
     */
    public static ByteBuffer maskedBinary(byte[] payload) {
        ByteBuffer frame = binaryHead(payload.length, MASKED);
        mask(payload, frame);
        return frame.put(payload).flip();
    }

    /** Returns a buffer for the whole frame that has the first byte and the length. */
    private static ByteBuffer binaryHead(int length, int masked) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.MAX_BYTES + length);
        frame.put((byte) (FIN | FrameHeader.BINARY));
        if (length < 126) {
            frame.put((byte) (masked | length));
        } else if (length < 1 << 16) {
            frame.put((byte) (masked | 126)).putShort((short) length);
        } else {
            frame.put((byte) (masked | 127)).putLong(length);
        }
        return frame;
    }

    /** Masks the payload in place with a random mask, and puts the mask into the frame. */
    private static void mask(byte[] payload, ByteBuffer frame) {
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
    }

    private static ByteBuffer frame(int opcode, byte[] payload, boolean masked) {
        ByteBuffer frame = ByteBuffer.allocate(FrameHeader.MAX_BYTES + payload.length);
        frame.put((byte) (FIN | opcode)).put((byte) (payload.length | (masked ? MASKED : 0)));
        if (masked) {
            mask(payload, frame);
        }
        return frame.put(payload).flip();
    }
}
