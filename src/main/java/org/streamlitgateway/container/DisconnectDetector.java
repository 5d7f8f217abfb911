package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Says whether a client that is waiting for an answer is still there. Servlet containers notice only when they read or
 * write; the embedded gateway can look at the connection.
 */
@FunctionalInterface
public interface DisconnectDetector {
    /** In a container that does not tell. */
    DisconnectDetector UNKNOWN = request -> false;

    /** True when the client has closed its side of the connection. Called only after the request was read whole. */
    boolean isGone(HttpServletRequest request);

    /** To be called before the first of the questions: some connections tell only once. */
    default void watch(HttpServletRequest request) {}
}
