package org.streamlitgateway.splice;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * By a Jetty that is the container, as it does for its own WebSocket support: another connection takes HTTP's place. Of a
 * stream of HTTP/2 too little can be had, see {@link StreamLeg}.
 */
final class JettyHandover implements Handover {
    private final JettyApi jetty;
    private final OpenWires open = new OpenWires();

    private JettyHandover(JettyApi jetty) {
        this.jetty = jetty;
    }

    /**
     * @param container a class of its environment for servlets
     * @throws ReflectiveOperationException when this Jetty's connections are made in another way
     * @throws LinkageError likewise
     */
    static JettyHandover create(Class<?> container) throws ReflectiveOperationException {
        return new JettyHandover(JettyApi.of(container));
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) throws IOException {
        jetty.upgrade(request, socket -> new JettyWire(socket, onOpen, open));
    }

    @Override
    public void close() {
        open.close();
    }
}
