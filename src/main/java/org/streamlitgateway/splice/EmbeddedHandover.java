package org.streamlitgateway.splice;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
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
        return true;
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) throws IOException {
        Request core = ServletContextRequest.getServletContextRequest(request);
        TunnelSupport tunnel = core.getTunnelSupport();
        if (tunnel == null) {
            throw new IOException("this request asks for no tunnel");
        }
        EndPoint socket = tunnel.getEndPoint();
        Leg leg = request.getProtocol().equals("HTTP/1.1")
                ? new Leg(socket, executor, onOpen)
                : new StreamLeg(socket, executor, onOpen);
        Request.unWrap(core).setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, leg);
    }
}
