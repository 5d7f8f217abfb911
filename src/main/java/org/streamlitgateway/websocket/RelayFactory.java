package org.streamlitgateway.websocket;

import jakarta.servlet.http.HttpServletRequest;
import org.streamlitgateway.observe.SessionObserver;

/** Creates the relays of one kind. */
@FunctionalInterface
public interface RelayFactory {
    /**
     * Creates the relay of one handshake.
     *
     * @param name name for log lines
     * @param prefix path prefix that is removed from requests to Streamlit, or empty
     * @param observer receives the session's messages, its opening and its end
     */
    Relay create(HttpServletRequest request, String name, String prefix, SessionObserver observer);
}
