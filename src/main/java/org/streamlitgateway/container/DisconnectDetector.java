package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Detector of clients that disconnect while they wait for a response. Servlet containers notice a disconnect only when
 * they read or write; the embedded server can inspect the connection.
 */
@FunctionalInterface
public interface DisconnectDetector {
    /** Detector for containers that do not report disconnects: every client counts as connected. */
    DisconnectDetector UNKNOWN = request -> false;

    /**
     * Whether the client has closed its side of the connection. Called only after the request has been read completely.
     */
    boolean isGone(HttpServletRequest request);

    /** Starts watching a request, before the first {@link #isGone}: some connections report a disconnect only once. */
    default void watch(HttpServletRequest request) {}
}
