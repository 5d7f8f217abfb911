package org.streamlitgateway.assembly;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.server.ServerContainer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.streamlitgateway.bridge.Bridges;
import org.streamlitgateway.bridge.WebSocketDoor;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.forward.RequestHeaders;
import org.streamlitgateway.guard.Guard;
import org.streamlitgateway.guard.Presence;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.http.Silence;
import org.streamlitgateway.route.Route;
import org.streamlitgateway.route.RouteTable;
import org.streamlitgateway.status.OwnPages;
import org.streamlitgateway.status.Readiness;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.UpstreamClient;

/** The object graph of one gateway, and the order in which it starts and stops. */
public final class Assembly {
    private static final long LOOK_MILLIS = 20;

    private final Threads threads = new Threads();
    private final UpstreamClient upstream;
    private final Bridges bridges;
    private final Silence silence;
    private final Presence presence;
    private final AssetCache cache;
    private final Readiness readiness = new Readiness();
    private final AtomicBoolean finished = new AtomicBoolean();
    private final Timeouts timeouts;

    private Assembly(GatewayConfig config, Presence presence) {
        this.presence = presence;
        this.timeouts = config.timeouts();
        upstream = new UpstreamClient(threads.clientExecutor(), timeouts.connect());
        bridges = new Bridges(upstream.scheduler(), threads.blocking(), config.timeouts());
        cache = new AssetCache(config.assetCacheBytes());
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
        AppProxyServlet http = new AppProxyServlet(upstream, headers, silence, cache);
        OwnPages own = new OwnPages(context.getContextPath(), readiness);
        ServletRegistration.Dynamic door = context.addServlet(
                "streamlit-gateway", new FrontDoor(readiness, own, routes, guard, webSockets, http, this::finish));
        door.setAsyncSupported(true);
        door.setLoadOnStartup(1);
        door.addMapping("/*");
    }

    /** Says to balancers that this gateway is going, and returns when they have had the time to notice. */
    public void drain() throws InterruptedException {
        readiness.drain();
        TimeUnit.NANOSECONDS.sleep(timeouts.drainDelay().toNanos());
    }

    /**
     * Closes every WebSocket with 1012, so that browsers come back by themselves, and waits for running requests,
     * within {@code stop-timeout}. Does nothing the second time.
     */
    public void finish() {
        readiness.stop();
        if (!finished.compareAndSet(false, true)) {
            return;
        }
        bridges.stop(timeouts.closeSpread());
        long deadline = System.nanoTime()
                + Math.max(timeouts.stop().toNanos(), timeouts.closeSpread().toNanos());
        try {
            while (silence.running() + bridges.size() > 0 && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        bridges.stop();
    }

    /** Lets go of everything; bounded by the parts' own bounds. */
    public void stop() throws Exception {
        bridges.stop();
        silence.stop();
        cache.stop();
        upstream.stop();
        threads.stop();
    }
}
