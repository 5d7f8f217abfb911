package org.streamlitgateway.container.tomcat;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;

/**
 * By Tomcat, as it does for its own WebSocket support: an upgrade handler gets the socket itself. The Servlet API's
 * handlers get streams only, by which a connection can neither be closed from outside nor be left unread. Its HTTP/2
 * takes no WebSockets.
 */
public final class TomcatTakeover implements SocketTakeover {
    private final OpenSockets open = new OpenSockets();

    private TomcatTakeover() {}

    /**
     * Resolves the classes of the Tomcat that runs the application.
     *
     * @throws ReflectiveOperationException when this Tomcat's upgrade handlers are made in another way
     * @throws LinkageError when it has none
     */
    public static TomcatTakeover create() throws ReflectiveOperationException {
        TomcatLinkCheck.check();
        return new TomcatTakeover();
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) throws IOException {
        try {
            request.upgrade(TomcatSocket.class).use(onOpen, open);
        } catch (ServletException | RuntimeException refused) { // such as by AJP
            throw new IOException("not upgraded", refused);
        }
    }

    @Override
    public void close() {
        open.close();
    }
}
