package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.outcome.Outcome;

/**
 * How one side is told that a session is over.
 *
 * @param code close code; {@link #NO_CODE} for a close frame without one
 * @param reason at most 123 bytes of UTF-8 (RFC 6455 section 5.5)
 */
public record CloseStatus(int code, String reason) {
    public static final int NO_CODE = 1005;
    public static final int ABNORMAL = 1006;
    private static final int MAX_REASON_BYTES = 123;
    private static final int CODE_BYTES = 2;

    public static CloseStatus of(Outcome outcome) {
        return new CloseStatus(outcome.closeCode(), outcome.text());
    }

    /** What the browser is told when Streamlit closed like this. */
    public static CloseStatus fromUpstream(int code, String reason) {
        return isSendable(code) ? new CloseStatus(code, cut(reason)) : of(Outcome.LOST);
    }

    /** What Streamlit is told when the browser closed like this. */
    public static CloseStatus fromBrowser(int code, String reason) {
        return isSendable(code) ? new CloseStatus(code, cut(reason)) : of(Outcome.CLIENT_GONE);
    }

    /** What may stand in a close frame, and none at all. */
    private static boolean isSendable(int code) {
        return code == NO_CODE || isCode(code);
    }

    /** RFC 6455 section 7.4: what may stand in a close frame. */
    public static boolean isCode(int code) {
        return code >= 1000 && code <= 1014 && code != 1004 && code != NO_CODE && code != ABNORMAL
                || code >= 3000 && code <= 4999;
    }

    private static String cut(String reason) {
        if (reason == null) {
            return "";
        }
        String cut = reason;
        while (cut.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
            cut = cut.substring(0, cut.length() - 1);
        }
        return cut;
    }

    /** Checks the payload of a close frame (RFC 6455 sections 5.5.1 and 7.4); {@code null} if it is allowed. */
    public static Outcome violation(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        if (payload.length < CODE_BYTES || !isCode(code(payload))) {
            return Outcome.BAD_FRAME;
        }
        Utf8Validator reason = new Utf8Validator();
        boolean isText = reason.accept(ByteBuffer.wrap(payload), CODE_BYTES, payload.length - CODE_BYTES, 0, 0);
        return isText && reason.isWhole() ? null : Outcome.BAD_TEXT;
    }

    /** {@link CloseStatus#NO_CODE} when there is none. */
    public static int code(byte[] payload) {
        return payload.length < CODE_BYTES ? NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }
}
