package org.streamlitgateway.assembly;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.server.ServerContainer;
import java.util.List;
import org.streamlitgateway.bridge.Bridges;
import org.streamlitgateway.bridge.WebSocketDoor;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.forward.RequestHeaders;
import org.streamlitgateway.guard.Guard;
import org.streamlitgateway.guard.Presence;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.http.Silence;
import org.streamlitgateway.route.Route;
import org.streamlitgateway.route.RouteTable;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.UpstreamClient;

/** The object graph of one gateway, and the order in which it starts and stops. */
public final class Assembly {
    private final Threads threads = new Threads();
    private final UpstreamClient upstream;
    private final Bridges bridges;
    private final Silence silence;
    private final Presence presence;

    private Assembly(GatewayConfig config, Presence presence) {
        this.presence = presence;
        upstream =
                new UpstreamClient(threads.clientExecutor(), config.timeouts().connect());
        bridges = new Bridges(upstream.scheduler(), threads.blocking(), config.timeouts());
        silence = new Silence(upstream.scheduler(), config.timeouts().upstream().toNanos(), presence);
    }

    /**
     * Builds the gateway and maps its front door to every path of the context.
     *
     * @param presence how to ask whether a waiting client is still there
     * @param prefix path of the app within the context; empty in a container, whose context path is the prefix
     * @throws Exception when the clients cannot be started
     */
    public static Assembly install(ServletContext context, GatewayConfig config, String prefix, Presence presence)
            throws Exception {
        ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
        if (container == null) {
            throw new IllegalStateException("the container has no WebSocket support switched on"
                    + " (Jetty: --add-modules=ee10-websocket-jakarta)");
        }
        Assembly assembly = new Assembly(config, presence);
        assembly.start();
        assembly.map(context, container, config, prefix);
        return assembly;
    }

    private void start() throws Exception {
        threads.start();
        upstream.start();
        silence.start();
        bridges.start();
    }

    private void map(ServletContext context, ServerContainer container, GatewayConfig config, String prefix) {
        AppConfig app = config.app();
        String wholePrefix = context.getContextPath() + prefix;
        Replica replica = new Replica(app.upstream(), wholePrefix, app.strip(), upstream);
        RouteTable routes = new RouteTable(List.of(new Route(wholePrefix, replica)));
        Guard guard = new Guard(config.trustedProxies(), config.allowedOrigins());
        RequestHeaders headers = new RequestHeaders(config.userHeader());
        WebSocketDoor webSockets =
                new WebSocketDoor(container, upstream, headers, guard, bridges, config.timeouts(), presence);
        AppProxyServlet http = new AppProxyServlet(upstream, headers, silence);
        ServletRegistration.Dynamic door =
                context.addServlet("streamlit-gateway", new FrontDoor(routes, guard, webSockets, http));
        door.setAsyncSupported(true);
        door.setLoadOnStartup(1);
        door.addMapping("/*");
    }

    /** Requests and sockets that are open. */
    public int running() {
        return silence.running() + bridges.size();
    }

    /** Closes every WebSocket with 1012, so that browsers come back by themselves. */
    public void stopSessions() {
        bridges.stop();
    }

    /** Lets go of everything; bounded by the parts' own bounds. */
    public void stop() throws Exception {
        bridges.stop();
        silence.stop();
        upstream.stop();
        threads.stop();
    }
}
