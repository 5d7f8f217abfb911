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

/** Takeover of sockets of the embedded server: the connection's end point, or the stream's over HTTP/2. */
public final class EmbeddedTakeover implements SocketTakeover {
    private final Executor executor;

    public EmbeddedTakeover(Executor executor) {
        this.executor = executor;
    }

    @Override
    public boolean canTakeOver(HttpServletRequest request) {
        return SocketTakeover.super.canTakeOver(request) || isHttp2(request) && isWebSocket(request);
    }

    private static boolean isHttp2(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/2.0");
    }

    /** Whether an Extended CONNECT asks for a WebSocket; it can ask for other protocols. */
    private static boolean isWebSocket(HttpServletRequest request) {
        TunnelSupport tunnel =
                ServletContextRequest.getServletContextRequest(request).getTunnelSupport();
        return tunnel != null && "websocket".equals(tunnel.getProtocol());
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) {
        Request core = ServletContextRequest.getServletContextRequest(request);
        EndPoint socket = core.getTunnelSupport().getEndPoint();
        JettySocket connection = isHttp2(request)
                ? new Http2Socket(socket, executor, onOpen)
                : new JettySocket(socket, executor, onOpen);
        Request.unWrap(core).setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);
    }
}
