package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import org.streamlitgateway.outcome.Outcome;

/**
 * Parser of the frame headers that one peer sends, and checker of their order (RFC 6455 sections 5.2 and 5.4). Not
 * thread-safe.
 *
 * <p>For each frame: {@link #read}, {@link #violation}, and for a data frame {@link #beginPayload} and
 * {@link #endPayload}.
 */
public final class FrameHeader {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    static final int PONG = 10;

    /** Size of the longest header: two bytes, eight of length, four of mask. */
    public static final int MAX_BYTES = 14;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MAX_CONTROL = 125;

    /** Values of the 7-bit length that announce a longer length field. */
    private static final int TWO_BYTES = 126;

    private static final int EIGHT_BYTES = 127;

    private final boolean masked;
    private final long maxMessageBytes;
    private int firstByte;
    private boolean malformed;
    private long length;
    private int mask;
    private int messageOpcode;

    /** Payload bytes of the current message so far. */
    private long messageBytes;

    /**
     * @param masked whether this peer must mask its frames: browsers must, servers must not
     * @param maxMessageBytes limit of the payload of all frames of a message
     */
    public FrameHeader(boolean masked, long maxMessageBytes) {
        this.masked = masked;
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * Reads the header that begins at {@code at}. If its first two bytes are already invalid, the rest is not awaited.
     *
     * @return its size in bytes, or 0 if it is not complete before {@code end}
     */
    public int read(ByteBuffer bytes, int at, int end) {
        if (end - at < 2) {
            return 0;
        }
        firstByte = bytes.get(at) & 0xff;
        int second = bytes.get(at + 1);
        long value = second & 0x7f;
        malformed = hasInvalidStart((second & MASKED) != 0, (int) value);
        if (malformed) {
            return 2;
        }
        int size = value == TWO_BYTES ? 4 : value == EIGHT_BYTES ? 10 : 2;
        int total = masked ? size + 4 : size;
        if (end - at < total) {
            return 0;
        }
        if (size == 4) {
            value = bytes.getShort(at + 2) & 0xffff;
            malformed = value < TWO_BYTES;
        } else if (size == 10) {
            value = bytes.getLong(at + 2);
            malformed = value < 1 << 16; // not the shortest encoding, or negative
        }
        length = value;
        mask = masked ? bytes.getInt(at + size) : 0;
        return total;
    }

    /** @param length the 7-bit length of the second byte */
    private boolean hasInvalidStart(boolean wasMasked, int length) {
        boolean invalid = (firstByte & RESERVED) != 0 || wasMasked != masked;
        if (isControl()) {
            return invalid || !isFinal() || length > MAX_CONTROL || opcode() > PONG || opcode() == CLOSE && length == 1;
        }
        return invalid || opcode() > BINARY || (opcode() == CONTINUATION) != (messageOpcode != 0);
    }

    /**
     * Returns how the frame just read violates the protocol or the size limit, or {@code null}. Call before
     * {@link #beginPayload}.
     */
    public Outcome violation() {
        if (malformed) {
            return Outcome.BAD_FRAME;
        }
        boolean tooLong = !isControl() && length > maxMessageBytes - (opcode() == CONTINUATION ? messageBytes : 0);
        return tooLong ? Outcome.MESSAGE_TOO_LARGE : null;
    }

    /** Starts the payload of the data frame just read, which continues the current message or begins one. */
    public void beginPayload() {
        if (opcode() != CONTINUATION) {
            messageOpcode = opcode();
            messageBytes = 0;
        }
        messageBytes += length;
    }

    /** Ends the payload of the current frame; returns true if it was the last one of its message. */
    public boolean endPayload() {
        if (isFinal()) {
            messageOpcode = 0;
        }
        return isFinal();
    }

    /** Whether the frame just read begins a message. */
    public boolean startsMessage() {
        return opcode() != CONTINUATION;
    }

    /** Whether the current message is text. */
    public boolean isText() {
        return messageOpcode == TEXT;
    }

    public int opcode() {
        return firstByte & 0x0f;
    }

    public boolean isFinal() {
        return (firstByte & FIN) != 0;
    }

    public boolean isControl() {
        return opcode() >= CLOSE;
    }

    /** Whether the frame is a complete binary message. */
    public boolean isUnfragmentedBinary() {
        return opcode() == BINARY && isFinal();
    }

    public long length() {
        return length;
    }

    /** Returns the mask with its first byte in the highest bits; 0 if there is none. */
    public int mask() {
        return mask;
    }
}
