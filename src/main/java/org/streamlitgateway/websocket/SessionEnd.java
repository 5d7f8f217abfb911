package org.streamlitgateway.websocket;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.SessionObserver.End;
import org.streamlitgateway.observe.SessionObserver.EndedBy;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.websocket.frame.CloseStatus;

/**
 * Reason for the end of a session, and the status for each side.
 *
 * @param observed the end as it is counted and logged
 * @param forBrowser {@code null} if the browser's connection is already closed
 * @param forStreamlit {@code null} if Streamlit's connection is already closed
 * @param cause for the log, or {@code null}
 */
public record SessionEnd(
        String reason, End observed, CloseStatus forBrowser, CloseStatus forStreamlit, Throwable cause) {
    private static final Logger LOG = LoggerFactory.getLogger(SessionEnd.class);

    /** End for which neither side is responsible, or both. */
    public static SessionEnd of(Outcome outcome, Throwable cause) {
        CloseStatus status = CloseStatus.of(outcome);
        return new SessionEnd(
                outcome.name(), observed(outcome, EndedBy.GATEWAY, status, status), status, status, cause);
    }

    /** End by an invalid frame or message. The sender is told why, the other side that its peer is gone. */
    public static SessionEnd violation(Outcome violation, boolean byBrowser) {
        CloseStatus status = CloseStatus.of(violation);
        CloseStatus forBrowser = byBrowser ? status : CloseStatus.of(Outcome.LOST);
        CloseStatus forStreamlit = byBrowser ? CloseStatus.of(Outcome.CLIENT_GONE) : status;
        EndedBy by = byBrowser ? EndedBy.BROWSER : EndedBy.STREAMLIT;
        return new SessionEnd(
                violation.name(), observed(violation, by, forBrowser, forStreamlit), forBrowser, forStreamlit, null);
    }

    /**
     * End by the loss of the browser's connection.
     *
     * @param forBrowser status for a browser that may still be there, or {@code null}
     */
    public static SessionEnd browserLost(CloseStatus forBrowser, Throwable cause) {
        CloseStatus forStreamlit = CloseStatus.of(Outcome.CLIENT_GONE);
        return new SessionEnd(
                "the connection to the browser was lost",
                new End("browser_lost", EndedBy.BROWSER, CloseStatus.ABNORMAL, forStreamlit.code()),
                forBrowser,
                forStreamlit,
                cause);
    }

    public static SessionEnd streamlitLost(Throwable cause) {
        CloseStatus forBrowser = CloseStatus.of(Outcome.LOST);
        return new SessionEnd(
                "the connection to Streamlit was lost",
                new End("streamlit_lost", EndedBy.STREAMLIT, forBrowser.code(), CloseStatus.ABNORMAL),
                forBrowser,
                null,
                cause);
    }

    /**
     * End by a close frame of the browser.
     *
     * @param answered whether the frame has been answered already; otherwise the end answers with its code
     */
    public static SessionEnd browserClosed(int code, String reason, boolean answered) {
        CloseStatus status = CloseStatus.fromBrowser(code, reason);
        return new SessionEnd(
                "the browser closed with " + code,
                new End("browser_closed", EndedBy.BROWSER, code, status.code()),
                answered ? null : answer(status),
                status,
                null);
    }

    /**
     * End by a close frame of Streamlit.
     *
     * @param answered whether the frame has been answered already; otherwise the end answers with its code
     */
    public static SessionEnd streamlitClosed(int code, String reason, boolean answered) {
        CloseStatus status = CloseStatus.fromUpstream(code, reason);
        return new SessionEnd(
                "Streamlit closed with " + code,
                new End("streamlit_closed", EndedBy.STREAMLIT, status.code(), code),
                status,
                answered ? null : answer(status),
                null);
    }

    /** Logs the end. */
    public void log(SessionObserver session) {
        if (LOG.isDebugEnabled()) {
            LogContext.with(
                    session,
                    () -> LOG.debug(
                            "{} ended: {}; {} messages from the browser, {} from Streamlit{}",
                            session.name(),
                            new Printable(reason),
                            session.messages(Direction.UP),
                            session.messages(Direction.DOWN),
                            cause == null ? "" : "; " + FailureText.of(cause)));
        }
    }

    private static End observed(Outcome outcome, EndedBy by, CloseStatus forBrowser, CloseStatus forStreamlit) {
        return new End(outcome.name().toLowerCase(Locale.ROOT), by, forBrowser.code(), forStreamlit.code());
    }

    /** RFC 6455 section 5.5.1. */
    private static CloseStatus answer(CloseStatus status) {
        return new CloseStatus(status.code(), "");
    }
}
