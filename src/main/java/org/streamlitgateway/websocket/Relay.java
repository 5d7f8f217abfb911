package org.streamlitgateway.websocket;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.http.HttpFields;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.outcome.Outcome;

/**
 * One browser's WebSocket joined to one of Streamlit's, however the bytes travel: by the bridge in any container, or
 * by the splice where the browser's socket can be had. Thread-safe.
 */
public interface Relay {
    /** Makes relays of one kind. */
    interface Kind {
        /**
         * For one handshake.
         *
         * @param name for the log
         * @param prefix path prefix that was taken off on the way to Streamlit, or empty
         */
        Relay create(HttpServletRequest request, String name, String prefix);
    }

    /**
     * Whom to dial, and how.
     *
     * @param headers all that Streamlit is sent, but for the five that make it a handshake
     */
    record Dial(HostPort address, String target, HttpFields headers) {}

    /** What came of dialling; one of the methods is called, once. */
    interface Answer {
        void accepted(HttpFields headers);

        /** Streamlit answered with another status than 101. */
        void refused(int status, HttpFields headers);

        void failed(Throwable cause);
    }

    String name();

    /** Opens Streamlit's side. Nothing is read from it before the browser's side is open. */
    void dial(Dial dial, Answer answer);

    /**
     * Opens the browser's side: sends the 101, in a dispatch of the container.
     *
     * @param subprotocol Streamlit's choice, or {@code null}
     * @throws IOException when the browser could not be accepted
     */
    void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol) throws IOException;

    /** Ends a session whose browser was accepted but never came. */
    void endUnlessOpen();

    /** Closes both sides as the outcome says; only the first call counts. */
    void end(Outcome outcome, Throwable cause);

    boolean isEnded();

    /** Sends pings to silent sides, and ends the session when one stays silent or takes nothing. */
    void keepAlive(long nowNanos);
}
