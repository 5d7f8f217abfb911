package org.streamlitgateway.websocket;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.http.HttpFields;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.outcome.Outcome;

/**
 * Connection between one browser's WebSocket and one of Streamlit's. Implementations are the splice, where the
 * container allows taking over the browser's socket, and the bridge in any container. Thread-safe.
 */
public interface Relay {
    /**
     * Handshake request to Streamlit.
     *
     * @param target request target in its encoded form
     * @param headers all request headers, except those that make it a WebSocket handshake
     */
    record UpstreamRequest(HostPort address, String target, HttpFields headers) {}

    /** Receiver of the result of a handshake with Streamlit. Exactly one method is called, once. */
    interface HandshakeListener {
        void accepted(HttpFields headers);

        /** Streamlit answered with a status other than 101. */
        void refused(int status, HttpFields headers);

        void failed(Throwable cause);
    }

    /** Returns the name for log lines. */
    String name();

    /** Starts the handshake with Streamlit. Frames from Streamlit are not read before the browser's side is open. */
    void dial(UpstreamRequest request, HandshakeListener listener);

    /**
     * Accepts the browser's handshake, in a dispatch of the container.
     *
     * @param subprotocol the one that Streamlit chose, or {@code null}
     * @throws IOException if the browser could not be accepted
     */
    void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol) throws IOException;

    /** Ends the session if its browser was accepted but never connected. */
    void endUnlessOpen();

    /** Closes both sides with the outcome's close code. Only the first call has an effect. */
    void end(Outcome outcome, Throwable cause);

    boolean isEnded();

    /** Pings silent peers, and ends the session if a peer stays silent or has stopped reading. Called periodically. */
    void keepAlive(long nowNanos);
}
