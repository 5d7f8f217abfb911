package org.streamlitgateway.container.tomcat;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;

/**
 * Takeover of Tomcat's sockets. An internal upgrade handler receives the socket, as in Tomcat's own WebSocket support.
 * Handlers of the Servlet API receive streams only, which do not allow closing a connection from another thread or
 * leaving it unread. Tomcat does not support WebSockets over HTTP/2.
 */
public final class TomcatTakeover implements SocketTakeover {
    private final OpenSockets open = new OpenSockets();

    private TomcatTakeover() {}

    /**
     * Resolves the classes of the Tomcat that runs the application.
     *
     * @throws ReflectiveOperationException if this Tomcat lacks a method
     * @throws LinkageError if this Tomcat lacks a class
     */
    public static TomcatTakeover create() throws ReflectiveOperationException {
        TomcatLinkCheck.check();
        return new TomcatTakeover();
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) throws IOException {
        try {
            request.upgrade(TomcatSocket.class).use(onOpen, open);
        } catch (ServletException | RuntimeException e) { // such as on an AJP connector
            throw new IOException("Tomcat did not upgrade the connection", e);
        }
    }

    @Override
    public void close() {
        open.close();
    }
}
