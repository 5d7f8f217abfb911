package org.streamlitgateway.splice;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.TunnelSupport;

/** By the Jetty that is our own: the connection's end point, or over HTTP/2 the stream's. */
public final class EmbeddedHandover implements Handover {
    private final Executor executor;

    public EmbeddedHandover(Executor executor) {
        this.executor = executor;
    }

    @Override
    public boolean takes(HttpServletRequest request) {
        return Handover.super.takes(request) || isStream(request) && isWebSocket(request);
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
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) {
        Request core = ServletContextRequest.getServletContextRequest(request);
        EndPoint socket = core.getTunnelSupport().getEndPoint();
        Leg leg = isStream(request) ? new StreamLeg(socket, executor, onOpen) : new Leg(socket, executor, onOpen);
        Request.unWrap(core).setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, leg);
    }
}
