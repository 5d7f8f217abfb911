package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;

/** Says whether bytes that come in pieces are UTF-8 (RFC 3629), and whether a character is under way. */
public final class Utf8Validator {
    private int missing;
    private int least;
    private int most;

    /**
     * Takes a piece of a frame's payload.
     *
     * @param offset of the piece in the payload, for the mask
     * @return false when it cannot be UTF-8
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
            boolean fits = b >= least && b <= most;
            least = 0x80;
            most = 0xbf;
            missing--;
            return fits;
        }
        if (b < 0x80) {
            return true;
        }
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        least = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80; // no longer form than needed
        most = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf; // no surrogates, nothing above U+10FFFF
        return b >= 0xc2 && b <= 0xf4;
    }

    /** True between characters; a message must end there. */
    public boolean isWhole() {
        return missing == 0;
    }
}
