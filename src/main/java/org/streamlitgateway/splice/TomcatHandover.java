package org.streamlitgateway.splice;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * By Tomcat, as it does for its own WebSocket support: an upgrade handler gets the socket itself. The Servlet API's
 * handlers get streams only, by which a connection can neither be closed from outside nor be left unread. Its HTTP/2
 * takes no WebSockets.
 */
final class TomcatHandover implements Handover {
    private final OpenWires open = new OpenWires();

    private TomcatHandover() {}

    /**
     * @throws ReflectiveOperationException when this Tomcat's upgrade handlers are made in another way
     * @throws LinkageError when it has none
     */
    static TomcatHandover create() throws ReflectiveOperationException {
        TomcatApi.check();
        return new TomcatHandover();
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) throws IOException {
        try {
            request.upgrade(TomcatWire.class).use(onOpen, open);
        } catch (ServletException | RuntimeException refused) { // such as by AJP
            throw new IOException("not upgraded", refused);
        }
    }

    @Override
    public void close() {
        open.close();
    }
}
