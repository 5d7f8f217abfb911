package org.streamlitgateway.bridge;

import java.nio.charset.StandardCharsets;
import org.streamlitgateway.outcome.Outcome;

/**
 * How one side is told that a session is over.
 *
 * @param code close code; {@link #NO_CODE} for a close frame without one
 * @param reason at most 123 bytes of UTF-8 (RFC 6455 section 5.5)
 */
public record Ending(int code, String reason) {
    public static final int NO_CODE = 1005;
    public static final int ABNORMAL = 1006;
    private static final int MAX_REASON_BYTES = 123;

    public static Ending of(Outcome outcome) {
        return new Ending(outcome.closeCode(), outcome.text());
    }

    /** What the browser is told when Streamlit closed like this. */
    public static Ending fromUpstream(int code, String reason) {
        return isSendable(code) ? new Ending(code, cut(reason)) : of(Outcome.LOST);
    }

    /** What Streamlit is told when the browser closed like this. */
    public static Ending fromBrowser(int code, String reason) {
        return isSendable(code) ? new Ending(code, cut(reason)) : of(Outcome.CLIENT_GONE);
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
}
