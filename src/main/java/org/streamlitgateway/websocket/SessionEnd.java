package org.streamlitgateway.websocket;

import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.frame.CloseStatus;

/**
 * Reason for the end of a session, and the status for each side.
 *
 * @param forBrowser {@code null} if the browser's connection is already closed
 * @param forStreamlit {@code null} if Streamlit's connection is already closed
 * @param cause for the log, or {@code null}
 */
public record SessionEnd(String reason, CloseStatus forBrowser, CloseStatus forStreamlit, Throwable cause) {
    /** End for which neither side is responsible, or both. */
    public static SessionEnd of(Outcome outcome, Throwable cause) {
        return new SessionEnd(outcome.name(), CloseStatus.of(outcome), CloseStatus.of(outcome), cause);
    }

    /** End by an invalid frame or message. The sender is told why, the other side that its peer is gone. */
    public static SessionEnd violation(Outcome violation, boolean byBrowser) {
        CloseStatus status = CloseStatus.of(violation);
        return byBrowser
                ? new SessionEnd(violation.name(), status, CloseStatus.of(Outcome.CLIENT_GONE), null)
                : new SessionEnd(violation.name(), CloseStatus.of(Outcome.LOST), status, null);
    }

    /**
     * End by the loss of the browser's connection.
     *
     * @param forBrowser status for a browser that may still be there, or {@code null}
     */
    public static SessionEnd browserLost(CloseStatus forBrowser, Throwable cause) {
        return new SessionEnd(
                "the connection to the browser was lost", forBrowser, CloseStatus.of(Outcome.CLIENT_GONE), cause);
    }

    public static SessionEnd streamlitLost(Throwable cause) {
        return new SessionEnd("the connection to Streamlit was lost", CloseStatus.of(Outcome.LOST), null, cause);
    }

    /**
     * End by a close frame of the browser.
     *
     * @param answered whether the frame has been answered already; otherwise the end answers with its code
     */
    public static SessionEnd browserClosed(int code, String reason, boolean answered) {
        CloseStatus status = CloseStatus.fromBrowser(code, reason);
        return new SessionEnd("the browser closed with " + code, answered ? null : answer(status), status, null);
    }

    /**
     * End by a close frame of Streamlit.
     *
     * @param answered whether the frame has been answered already; otherwise the end answers with its code
     */
    public static SessionEnd streamlitClosed(int code, String reason, boolean answered) {
        CloseStatus status = CloseStatus.fromUpstream(code, reason);
        return new SessionEnd("Streamlit closed with " + code, status, answered ? null : answer(status), null);
    }

    /** RFC 6455 section 5.5.1. */
    private static CloseStatus answer(CloseStatus status) {
        return new CloseStatus(status.code(), "");
    }
}
