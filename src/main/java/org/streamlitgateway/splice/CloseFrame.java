package org.streamlitgateway.splice;

import java.nio.ByteBuffer;
import org.streamlitgateway.bridge.Ending;
import org.streamlitgateway.outcome.Outcome;

/** What may stand in a close frame (RFC 6455 sections 5.5.1 and 7.4). */
final class CloseFrame {
    private static final int CODE_BYTES = 2;

    private CloseFrame() {}

    /** Why a peer must not send this, or {@code null}. */
    static Outcome violation(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        if (payload.length < CODE_BYTES || !Ending.isCode(code(payload))) {
            return Outcome.BAD_FRAME;
        }
        Utf8 reason = new Utf8();
        boolean isText = reason.accept(ByteBuffer.wrap(payload), CODE_BYTES, payload.length - CODE_BYTES, 0, 0);
        return isText && reason.isWhole() ? null : Outcome.BAD_TEXT;
    }

    /** {@link Ending#NO_CODE} when there is none. */
    static int code(byte[] payload) {
        return payload.length < CODE_BYTES ? Ending.NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }
}
