package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import org.streamlitgateway.outcome.Outcome;

/** Reads the headers of the frames that one side sends and checks their order (RFC 6455 sections 5.2 and 5.4). */
public final class FrameHeader {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    static final int PONG = 10;

    /** Two bytes, eight of length, four of mask. */
    public static final int MAX_BYTES = 14;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MAX_CONTROL = 125;

    /** What the seven bits of the length say when it follows in so many bytes. */
    private static final int TWO_BYTES = 126;

    private static final int EIGHT_BYTES = 127;

    private final boolean masked;
    private final long maxMessageBytes;
    private int first;
    private boolean bad;
    private long length;
    private int mask;
    private int messageOpcode;

    /** Of the frames so far. */
    private long messageBytes;

    /**
     * @param masked whether this side must mask: browsers must, servers must not
     * @param maxMessageBytes the most that all frames of a message may have together
     */
    public FrameHeader(boolean masked, long maxMessageBytes) {
        this.masked = masked;
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * Reads the header that begins at {@code at}. One that no frame can have is told by its first two bytes: what would
     * follow them is not waited for.
     *
     * @return its size, or 0 when it is not whole before {@code end}
     */
    public int read(ByteBuffer bytes, int at, int end) {
        if (end - at < 2) {
            return 0;
        }
        first = bytes.get(at) & 0xff;
        int second = bytes.get(at + 1);
        long value = second & 0x7f;
        bad = isBadBegin((second & MASKED) != 0, (int) value);
        if (bad) {
            return 2;
        }
        int size = value == TWO_BYTES ? 4 : value == EIGHT_BYTES ? 10 : 2;
        int whole = masked ? size + 4 : size;
        if (end - at < whole) {
            return 0;
        }
        if (size == 4) {
            value = bytes.getShort(at + 2) & 0xffff;
            bad = value < TWO_BYTES;
        } else if (size == 10) {
            value = bytes.getLong(at + 2);
            bad = value < 1 << 16; // longer than need be, or negative
        }
        length = value;
        mask = masked ? bytes.getInt(at + size) : 0;
        return whole;
    }

    /** @param length the seven bits of it in the second byte */
    private boolean isBadBegin(boolean wasMasked, int length) {
        boolean wrong = (first & RESERVED) != 0 || wasMasked != masked;
        if (isControl()) {
            return wrong || !isFinal() || length > MAX_CONTROL || opcode() > PONG || opcode() == CLOSE && length == 1;
        }
        return wrong || opcode() > BINARY || (opcode() == CONTINUATION) != (messageOpcode != 0);
    }

    /** Why the frame may not stand here, or {@code null}; to be asked once per frame, before its message goes on. */
    public Outcome violation() {
        if (bad) {
            return Outcome.BAD_FRAME;
        }
        boolean tooLong = !isControl() && length > maxMessageBytes - (opcode() == CONTINUATION ? messageBytes : 0);
        return tooLong ? Outcome.MESSAGE_TOO_LARGE : null;
    }

    /** The frame just read belongs to the message that goes on, or begins one. Not for control frames. */
    public void enter() {
        if (opcode() != CONTINUATION) {
            messageOpcode = opcode();
            messageBytes = 0;
        }
        messageBytes += length;
    }

    /** The payload of the frame has passed; true when it was a message's last. */
    public boolean leave() {
        if (isFinal()) {
            messageOpcode = 0;
        }
        return isFinal();
    }

    public boolean inText() {
        return messageOpcode == TEXT;
    }

    public int opcode() {
        return first & 0x0f;
    }

    public boolean isFinal() {
        return (first & FIN) != 0;
    }

    public boolean isControl() {
        return opcode() >= CLOSE;
    }

    /** A message in one frame. */
    public boolean isWholeBinary() {
        return opcode() == BINARY && isFinal();
    }

    public long length() {
        return length;
    }

    /** The mask, first byte highest; 0 when there is none. */
    public int mask() {
        return mask;
    }
}
