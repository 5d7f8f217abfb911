package org.streamlitgateway.container.jetty.hosted;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;

/**
 * By a Jetty that is the container, as it does for its own WebSocket support: another connection takes HTTP's place. Of a
 * stream of HTTP/2 too little can be had, see {@code Http2Socket}.
 */
public final class HostedTakeover implements SocketTakeover {
    private final HostedApi jetty;
    private final OpenSockets open = new OpenSockets();

    private HostedTakeover(HostedApi jetty) {
        this.jetty = jetty;
    }

    /**
     * Resolves the classes of the Jetty that runs the application.
     *
     * @param container a class of its environment for servlets
     * @throws ReflectiveOperationException when this Jetty's connections are made in another way
     * @throws LinkageError likewise
     */
    public static HostedTakeover create(Class<?> container) throws ReflectiveOperationException {
        return new HostedTakeover(HostedApi.of(container));
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) throws IOException {
        jetty.upgrade(request, socket -> new HostedSocket(socket, onOpen, open));
    }

    @Override
    public void close() {
        open.close();
    }
}
