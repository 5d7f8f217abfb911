package org.streamlitgateway.container.jetty.hosted;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;

/**
 * Takeover of sockets of the hosting Jetty. Another connection replaces HTTP's, as in Jetty's own WebSocket support.
 * HTTP/2 streams are not taken over, because too little of them is accessible by reflection; see {@code Http2Socket}.
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
     * @param container a class of its servlet environment
     * @throws ReflectiveOperationException if this Jetty lacks a class or method
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
