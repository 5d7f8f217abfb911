package org.streamlitgateway.splice;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;

/** By the Jetty that is our own. */
public final class EmbeddedHandover implements Handover {
    private final Executor executor;

    public EmbeddedHandover(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) {
        Request core = ServletContextRequest.getServletContextRequest(request);
        Leg leg = new Leg(core.getConnectionMetaData().getConnection().getEndPoint(), executor, onOpen);
        Request.unWrap(core).setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, leg);
    }
}
