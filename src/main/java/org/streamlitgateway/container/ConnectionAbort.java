package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.eclipse.jetty.io.EofException;

/**
 * Cuts the client's connection when a body cannot be finished. Tomcat would end a chunked body as if it were whole;
 * an exception out of {@code service()} is what every container answers by cutting the connection, so the request is
 * dispatched once more for just that.
 */
public final class ConnectionAbort {
    private static final String ATTRIBUTE = ConnectionAbort.class.getName();

    private ConnectionAbort() {}

    public static void dispatch(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, true);
        try {
            request.getAsyncContext().dispatch();
        } catch (IllegalStateException endedByContainer) {
            request.removeAttribute(ATTRIBUTE);
        }
    }

    /** To be called first on every dispatch; throws when the request was marked by {@link #dispatch}. */
    public static void throwIfMarked(HttpServletRequest request) throws IOException {
        if (request.getAttribute(ATTRIBUTE) != null) {
            throw new EofException("the answer broke off"); // which Jetty does not log: a client can cause it at will
        }
    }
}
