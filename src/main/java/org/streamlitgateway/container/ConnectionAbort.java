package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.eclipse.jetty.io.EofException;

/**
 * Abort of the client's connection when a response body cannot be finished. Tomcat ends an unfinished chunked body as
 * if it were complete. Every container aborts the connection on an exception from {@code service()}, so the request is
 * dispatched again to throw one.
 */
public final class ConnectionAbort {
    private static final String ATTRIBUTE = ConnectionAbort.class.getName();

    private ConnectionAbort() {}

    /** Dispatches the request again, for {@link #throwIfRequested} to throw. */
    public static void dispatch(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, true);
        try {
            request.getAsyncContext().dispatch();
        } catch (IllegalStateException e) { // the container has ended the request
            request.removeAttribute(ATTRIBUTE);
        }
    }

    /** Throws if {@link #dispatch} was called for this request. Must be called first in every dispatch. */
    public static void throwIfRequested(HttpServletRequest request) throws IOException {
        if (request.getAttribute(ATTRIBUTE) != null) {
            throw new EofException("the response is incomplete"); // not logged by Jetty, because clients can cause it
        }
    }
}
