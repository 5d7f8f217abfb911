package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.outcome.Outcome;

/**
 * Close code and reason of a WebSocket close frame.
 *
 * @param code {@link #NO_CODE} for a close frame without a payload
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

    /** Returns the status to send to the browser after Streamlit closed with this code and reason. */
    public static CloseStatus fromUpstream(int code, String reason) {
        return isSendable(code) ? new CloseStatus(code, truncate(reason)) : of(Outcome.LOST);
    }

    /** Returns the status to send to Streamlit after the browser closed with this code and reason. */
    public static CloseStatus fromBrowser(int code, String reason) {
        return isSendable(code) ? new CloseStatus(code, truncate(reason)) : of(Outcome.CLIENT_GONE);
    }

    /** Whether a close frame with this code can be sent; {@link #NO_CODE} is sent as an empty frame. */
    private static boolean isSendable(int code) {
        return code == NO_CODE || isCode(code);
    }

    /** Whether this code is allowed in a close frame (RFC 6455 section 7.4). */
    public static boolean isCode(int code) {
        return code >= 1000 && code <= 1014 && code != 1004 && code != NO_CODE && code != ABNORMAL
                || code >= 3000 && code <= 4999;
    }

    private static String truncate(String reason) {
        if (reason == null) {
            return "";
        }
        String text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }

    /** Checks the payload of a close frame (RFC 6455 sections 5.5.1 and 7.4); returns {@code null} if it is valid. */
    public static Outcome violation(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        if (payload.length < CODE_BYTES || !isCode(code(payload))) {
            return Outcome.BAD_FRAME;
        }
        Utf8Validator reason = new Utf8Validator();
        boolean isText = reason.accept(ByteBuffer.wrap(payload), CODE_BYTES, payload.length - CODE_BYTES, 0, 0);
        return isText && reason.isComplete() ? null : Outcome.BAD_TEXT;
    }

    /** Returns the code in the payload of a close frame, or {@link #NO_CODE}. */
    public static int code(byte[] payload) {
        return payload.length < CODE_BYTES ? NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }
}
