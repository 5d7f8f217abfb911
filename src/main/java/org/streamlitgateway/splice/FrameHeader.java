package org.streamlitgateway.splice;

import java.nio.ByteBuffer;
import org.streamlitgateway.outcome.Outcome;

/** Reads the headers of the frames that one side sends and checks their order (RFC 6455 sections 5.2 and 5.4). */
final class FrameHeader {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** Two bytes, eight of length, four of mask. */
    static final int MAX_BYTES = 14;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int MAX_CONTROL = 125;

    private final boolean masked;
    private int first;
    private long length;
    private int mask;
    private int messageOpcode;

    /** @param masked whether this side must mask: browsers must, servers must not */
    FrameHeader(boolean masked) {
        this.masked = masked;
    }

    /**
     * Reads the header that begins at {@code at}.
     *
     * @return its size, or 0 when it is not whole before {@code end}
     */
    int read(ByteBuffer bytes, int at, int end) {
        if (end - at < 2) {
            return 0;
        }
        int second = bytes.get(at + 1);
        int size = 2;
        long value = second & 0x7f;
        if (value == 126) {
            size = 4;
        } else if (value == 127) {
            size = 10;
        }
        int whole = (second & MASKED) == 0 ? size : size + 4;
        if (end - at < whole) {
            return 0;
        }
        if (size == 4) {
            value = bytes.getShort(at + 2) & 0xffff;
        } else if (size == 10) {
            value = bytes.getLong(at + 2);
        }
        first = bytes.get(at) & 0xff;
        length = value;
        mask = whole == size ? 0 : bytes.getInt(at + size);
        wasMasked = whole != size;
        return whole;
    }

    private boolean wasMasked;

    /** Why the frame may not stand here, or {@code null}; to be asked once per frame, before its message goes on. */
    Outcome violation() {
        boolean bad = (first & RESERVED) != 0 || wasMasked != masked || length < 0;
        if (isControl()) {
            bad |= !isFinal() || length > MAX_CONTROL || opcode() > PONG || opcode() == CLOSE && length == 1;
        } else {
            bad |= opcode() > BINARY || (opcode() == CONTINUATION) != (messageOpcode != 0);
        }
        return bad ? Outcome.BAD_FRAME : null;
    }

    /** The frame just read belongs to the message that goes on, or begins one. Not for control frames. */
    void enter() {
        if (opcode() != CONTINUATION) {
            messageOpcode = opcode();
        }
    }

    /** The payload of the frame has passed; true when it was a message's last. */
    boolean leave() {
        if (isFinal()) {
            messageOpcode = 0;
        }
        return isFinal();
    }

    boolean inText() {
        return messageOpcode == TEXT;
    }

    int opcode() {
        return first & 0x0f;
    }

    boolean isFinal() {
        return (first & FIN) != 0;
    }

    boolean isControl() {
        return opcode() >= CLOSE;
    }

    /** A message in one frame. */
    boolean isWholeBinary() {
        return opcode() == BINARY && isFinal();
    }

    long length() {
        return length;
    }

    /** The mask, first byte highest; 0 when there is none. */
    int mask() {
        return mask;
    }
}
