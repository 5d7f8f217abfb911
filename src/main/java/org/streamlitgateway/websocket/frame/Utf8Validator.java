package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;

/** Incremental validator of UTF-8 text (RFC 3629) that arrives in pieces, masked or not. Not thread-safe. */
public final class Utf8Validator {
    /** Continuation bytes that complete the current character. */
    private int missing;

    /** Range of the next continuation byte. */
    private int min;

    private int max;

    /**
     * Validates a piece of a frame's payload.
     *
     * @param mask the frame's mask; 0 for none
     * @param offset offset of the piece in the payload, which selects the byte of the mask
     * @return false if the text so far is not UTF-8
     */
    public boolean accept(ByteBuffer bytes, int at, int count, int mask, long offset) {
        for (int i = 0; i < count; i++) {
            int shift = 24 - 8 * (int) ((offset + i) & 3);
            if (!accept((bytes.get(at + i) ^ mask >>> shift) & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private boolean accept(int b) {
        if (missing > 0) {
            boolean valid = b >= min && b <= max;
            min = 0x80;
            max = 0xbf;
            missing--;
            return valid;
        }
        if (b < 0x80) {
            return true;
        }
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        min = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80; // no overlong encodings
        max = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf; // no surrogates, nothing above U+10FFFF
        return b >= 0xc2 && b <= 0xf4;
    }

    /** Whether the text so far ends with a complete character, as a message must. */
    public boolean isComplete() {
        return missing == 0;
    }
}
