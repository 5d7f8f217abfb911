package org.streamlitgateway.splice;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.Cause;

/** How a container hands the socket of a browser over. Thread-safe. */
public interface Handover {
    /** Whether it can hand over what this handshake came on: a connection of HTTP/1.1, or something else, too. */
    default boolean takes(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/1.1");
    }

    /**
     * Called before the 101, or over HTTP/2 the 200, is put into the response.
     *
     * @param onOpen called when it has been, with the socket; never when the browser has left
     * @throws IOException when the container does not hand it over; the response is still to be answered
     */
    void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) throws IOException;

    /** Closes what is left of the sockets, if the container goes on without us. */
    default void close() {}

    /**
     * The way of the container that an application is in; {@code null} for one whose way is not known, or is no longer
     * what it was when this was written.
     */
    static Handover in(ServletContext application) {
        Class<?> container = application.getClass();
        Logger log = LoggerFactory.getLogger(Handover.class);
        try {
            if (container.getName().startsWith("org.apache.catalina.")) {
                return TomcatHandover.create();
            }
            if (container.getName().startsWith("org.eclipse.jetty.")) {
                return JettyHandover.create(container);
            }
        } catch (ReflectiveOperationException | LinkageError otherwise) {
            log.info(
                    "this container hands its sockets over in a way that is not known: WebSockets are bridged; {}",
                    Cause.of(otherwise));
        }
        return null;
    }
}
