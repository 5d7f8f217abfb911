package org.streamlitgateway.container.jetty;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.TunnelSupport;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;

/** By the Jetty that is our own: the connection's end point, or over HTTP/2 the stream's. */
public final class EmbeddedTakeover implements SocketTakeover {
    private final Executor executor;

    public EmbeddedTakeover(Executor executor) {
        this.executor = executor;
    }

    @Override
    public boolean takes(HttpServletRequest request) {
        return SocketTakeover.super.takes(request) || isStream(request) && isWebSocket(request);
    }

    private static boolean isStream(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/2.0");
    }

    /** Another protocol can be asked for. */
    private static boolean isWebSocket(HttpServletRequest request) {
        TunnelSupport tunnel =
                ServletContextRequest.getServletContextRequest(request).getTunnelSupport();
        return tunnel != null && "websocket".equals(tunnel.getProtocol());
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) {
        Request core = ServletContextRequest.getServletContextRequest(request);
        EndPoint socket = core.getTunnelSupport().getEndPoint();
        JettySocket leg = isStream(request)
                ? new Http2Socket(socket, executor, onOpen)
                : new JettySocket(socket, executor, onOpen);
        Request.unWrap(core).setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, leg);
    }
}
