package org.streamlitgateway.assembly;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.server.ServerContainer;
import java.util.List;
import org.streamlitgateway.bridge.BridgeKind;
import org.streamlitgateway.bridge.Relay;
import org.streamlitgateway.bridge.Relays;
import org.streamlitgateway.bridge.WebSocketDoor;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.channel.ChannelDoor;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.channel.Dialler;
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
    private final Relays relays;
    private final Silence silence;
    private final Presence presence;
    private final AssetCache cache;
    private final Channels channels;

    /** Picks the kind of relay; only our own Jetty has a choice. */
    @FunctionalInterface
    interface RelayChoice {
        RelayChoice BRIDGE = (bridge, upstream, relays) -> bridge;

        Relay.Kind choose(Relay.Kind bridge, UpstreamClient upstream, Relays relays);
    }

    private Assembly(GatewayConfig config, Presence presence) {
        this.presence = presence;
        upstream =
                new UpstreamClient(threads.clientExecutor(), config.timeouts().connect());
        cache = new AssetCache(config.assetCacheBytes());
        relays = new Relays(upstream.scheduler(), threads.blocking(), config.timeouts());
        silence = new Silence(upstream.scheduler(), config.timeouts().upstream().toNanos(), presence);
        Dialler dialler =
                new Dialler(upstream.webSocket(), upstream.scheduler(), threads.clientExecutor(), threads.blocking());
        channels = new Channels(config.channels(), dialler, config.timeouts());
    }

    /**
     * Builds the gateway and maps its front door to every path of the context.
     *
     * @param presence how to ask whether a waiting client is still there
     * @param prefix path of the app within the context; empty in a container, whose context path is the prefix
     * @param choice how WebSockets are relayed
     * @throws Exception when the clients cannot be started
     */
    static Assembly install(
            ServletContext context, GatewayConfig config, String prefix, Presence presence, RelayChoice choice)
            throws Exception {
        ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
        if (container == null) {
            throw new IllegalStateException("the container has no WebSocket support switched on"
                    + " (Jetty: --add-modules=ee10-websocket-jakarta)");
        }
        Assembly assembly = new Assembly(config, presence);
        assembly.start();
        assembly.map(context, container, config, prefix, choice);
        return assembly;
    }

    private void start() throws Exception {
        threads.start();
        upstream.start();
        silence.start();
        relays.start();
        channels.start();
    }

    private void map(
            ServletContext context,
            ServerContainer container,
            GatewayConfig config,
            String prefix,
            RelayChoice choice) {
        AppConfig app = config.app();
        String wholePrefix = context.getContextPath() + prefix;
        Replica replica = new Replica(app.upstream(), wholePrefix, app.strip(), upstream);
        RouteTable routes = new RouteTable(List.of(new Route(wholePrefix, replica)));
        Guard guard = new Guard(config.trustedProxies(), config.allowedOrigins());
        RequestHeaders headers = new RequestHeaders(config.userHeader());
        Relay.Kind kind = choice.choose(new BridgeKind(container, upstream.webSocket(), relays), upstream, relays);
        WebSocketDoor webSockets =
                new WebSocketDoor(kind, upstream.scheduler(), headers, guard, relays, config.timeouts(), presence);
        AppProxyServlet http = new AppProxyServlet(upstream, headers, silence, cache);
        ChannelDoor channelDoor = new ChannelDoor(container, channels, guard, config.userHeader());
        ServletRegistration.Dynamic door = context.addServlet(
                "streamlit-gateway", new FrontDoor(routes, guard, channelDoor, webSockets, http, this::stopSessions));
        door.setAsyncSupported(true);
        door.setLoadOnStartup(1);
        door.addMapping("/*");
    }

    /** Requests and sockets that are open. */
    public int running() {
        return silence.running() + relays.size() + channels.subscribers();
    }

    /** Closes every WebSocket with 1012, so that browsers come back by themselves. */
    public void stopSessions() {
        relays.stop();
        channels.stop();
    }

    /** Lets go of everything; bounded by the parts' own bounds. */
    public void stop() throws Exception {
        relays.stop();
        channels.stop();
        silence.stop();
        cache.stop();
        upstream.stop();
        threads.stop();
    }
}
