package org.streamlitgateway.gateway;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.SessionCookieConfig;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.channel.transport.ChannelHandler;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.GatewayConfig.Relaying;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.container.DisconnectDetector;
import org.streamlitgateway.container.JakartaUpgrade;
import org.streamlitgateway.container.SocketTakeover;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.forwarding.IdentityHeaders;
import org.streamlitgateway.headers.RequestHeaders;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.http.ExchangeTimeouts;
import org.streamlitgateway.limit.OverLimit;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.WebSocketHandler;
import org.streamlitgateway.websocket.bridge.BridgeFactory;
import org.streamlitgateway.websocket.splice.SpliceFactory;

/** The object graph of one gateway, and the order in which it starts and stops. */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long LOOK_MILLIS = 20;

    private final GatewayThreads threads = new GatewayThreads();
    private final UpstreamClient upstream;
    private final SessionRegistry relays;
    private final ExchangeTimeouts silence;
    private final DisconnectDetector presence;
    private final AssetCache cache;
    private final Quota uploads;
    private final Quota sessions;
    private final ShutdownPhase readiness = new ShutdownPhase();
    private final FutureTask<Void> finishing = new FutureTask<>(this::closeAndWait, null);
    private final ServletContext context;
    private final JakartaUpgrade acceptor;
    private final AppRegistry apps;
    private final GatewayServlet servlet;
    private final Channels channels;
    private final SocketTakeover handover;
    private final Relay.Kind kind;
    private final GatewayConfig first;
    private volatile GatewayConfig config;

    private Gateway(
            ServletContext context,
            JakartaUpgrade acceptor,
            GatewayConfig config,
            boolean ownPath,
            DisconnectDetector presence,
            SocketTakeover handover) {
        this.context = context;
        this.acceptor = acceptor;
        this.first = config;
        this.config = config;
        this.presence = presence;
        upstream =
                new UpstreamClient(threads.clientExecutor(), config.timeouts().connect());
        uploads = new Quota(
                config.limits().uploads(), new OverLimit(Setting.MAX_UPLOADS_PER_CLIENT.key(), upstream.scheduler()));
        sessions = new Quota(
                config.limits().sessions(), new OverLimit(Setting.MAX_SESSIONS_PER_CLIENT.key(), upstream.scheduler()));
        cache = new AssetCache(config.assetCacheBytes());
        relays = new SessionRegistry(upstream.scheduler(), threads.blocking(), config.timeouts());
        relays.setMaxMessageBytes(config.maxMessageBytes());
        silence = new ExchangeTimeouts(
                upstream.scheduler(), config.timeouts().upstream().toNanos(), presence);
        silence.setMinBodyRate(config.limits().minBodyRate());
        FeedRuntime dialler = new FeedRuntime(
                upstream.webSocket(), upstream.scheduler(), threads.clientExecutor(), threads.blocking());
        channels = new Channels(
                config.channels(), dialler, config.timeouts(), config.limits().minBodyRate());
        apps = new AppRegistry(upstream, relays, silence, context.getContextPath(), ownPath, config);
        this.handover = handover;
        Relay.Kind bridge = new BridgeFactory(acceptor, upstream.webSocket(), relays);
        kind = handover == null || config.relay() == Relaying.BRIDGE
                ? bridge
                : new SpliceFactory(bridge, handover, upstream.http(), relays);
        servlet = new GatewayServlet(readiness, context.getContextPath(), this::finish);
    }

    /**
     * Builds the gateway and maps its servlet to every path of the context.
     *
     * @param presence how to ask whether a waiting client is still there
     * @param ownPath whether an app that no file names lies under its own prefix; false in a container, whose context
     *     path is the prefix
     * @param handover how browsers' sockets can be had, for the splice; {@code null} when they cannot
     * @throws Exception when the clients cannot be started
     */
    public static Gateway install(
            ServletContext context,
            GatewayConfig config,
            boolean ownPath,
            DisconnectDetector presence,
            SocketTakeover handover)
            throws Exception {
        ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
        if (container == null) {
            throw new IllegalStateException("the container has no WebSocket support switched on"
                    + " (Jetty: --add-modules=ee10-websocket-jakarta)");
        }
        Gateway assembly = new Gateway(context, new JakartaUpgrade(container), config, ownPath, presence, handover);
        try {
            assembly.start();
        } catch (Exception failure) {
            assembly.stop();
            throw failure;
        }
        return assembly;
    }

    private void start() throws Exception {
        threads.start();
        upstream.start();
        threads.growBy(upstream.scheduler());
        silence.start();
        relays.start();
        channels.start();
        servlet.use(handlers(config));
        ServletRegistration.Dynamic registration = context.addServlet("streamlit-gateway", servlet);
        registration.setAsyncSupported(true);
        registration.setLoadOnStartup(1);
        registration.addMapping("/*");
    }

    private void warnOfAnyHost() {
        if (config.exposure().allowedHosts().isEmpty()) {
            LOG.warn("allowed-hosts is not set: any Host is served, and a page of another site could reach the apps by"
                    + " DNS rebinding; set it to the names that visitors use, or to * to accept this");
        }
    }

    private Handlers handlers(GatewayConfig config) throws IOException {
        RouteTable routes = apps.apply(config);
        GatewayConfig.Exposure exposure = config.exposure();
        Set<String> embedOrigins = exposure.embedOrigins();
        Guard guard = new Guard(
                config.trustedProxies(), config.allowedOrigins(), exposure.allowedHosts(), !embedOrigins.isEmpty());
        IdentityHeaders identity = new IdentityHeaders(
                config.userHeader(), exposure.identityHeaders(), exposure.identityHeaderExceptions());
        RequestHeaders headers = new RequestHeaders(config.userHeader(), identity, sessionCookies());
        WebSocketHandler webSockets = new WebSocketHandler(
                kind, upstream.scheduler(), headers, guard, relays, config.timeouts(), presence, sessions);
        AppProxyServlet http = new AppProxyServlet(upstream, headers, silence, cache, uploads);
        ChannelHandler channelHandler = new ChannelHandler(acceptor, channels, guard, identity);
        return new Handlers(
                routes,
                guard,
                new SecurityHeaders(exposure.securityHeaders(), embedOrigins, false),
                new SecurityHeaders(exposure.securityHeaders(), embedOrigins, true),
                channelHandler,
                webSockets,
                http,
                config.named());
    }

    /** Names of the cookies that are a key to a log-in of the container, its single sign-on included. */
    private Set<String> sessionCookies() {
        SessionCookieConfig cookies = context.getSessionCookieConfig(); // null in a Jetty without sessions
        String named = cookies == null ? null : cookies.getName();
        Set<String> names = new HashSet<>(List.of("JSESSIONID", "JSESSIONIDSSO"));
        if (named != null && !named.isBlank()) {
            names.add(named);
        }
        return names;
    }

    /**
     * Starts the apps of our own that do not wait for a visit, and returns when they are healthy.
     *
     * @throws IOException when one of them does not start, with a text fit for a user
     */
    public void startApps() throws IOException, InterruptedException {
        apps.start();
        warnOfAnyHost();
    }

    /**
     * Goes on with another configuration. Sessions, requests and processes that it does not concern go on.
     *
     * @throws IOException when it cannot be put in force; nothing has changed then
     */
    public synchronized void take(GatewayConfig next) throws Exception {
        if (next.named() != config.named()) {
            throw new IOException("a gateway with apps: and one without are two kinds; start it anew");
        }
        List<String> later = next.differencesForNextStart(first);
        if (!later.isEmpty()) {
            LOG.warn("changes of {} take effect at the next start", String.join(", ", later));
        }
        servlet.use(handlers(next));
        relays.setTimeouts(next.timeouts());
        relays.setMaxMessageBytes(next.maxMessageBytes());
        silence.setTimeoutNanos(next.timeouts().upstream().toNanos());
        silence.setMinBodyRate(next.limits().minBodyRate());
        uploads.setLimit(next.limits().uploads());
        sessions.setLimit(next.limits().sessions());
        config = next;
        apps.lookAtNew();
        apps.wakeEager();
    }

    /** Where the first replica of the first app is. */
    public HostPort firstUpstream() {
        return apps.first();
    }

    /** Says to balancers that this gateway is going, and returns when they have had the time to notice. */
    public void drain() throws InterruptedException {
        readiness.drain();
        TimeUnit.NANOSECONDS.sleep(config.timeouts().drainDelay().toNanos());
    }

    /**
     * Closes every WebSocket with 1012, so that browsers come back by themselves, and waits for running requests,
     * within {@code stop-timeout}. The second time it only waits until the first is done, so that what comes next takes
     * nothing away that is still needed.
     */
    public void finish() {
        readiness.stop();
        finishing.run();
        try {
            finishing.get();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        }
    }

    private int underWay() {
        return silence.exchangeCount() + cache.answering() + relays.size() + channels.subscribers();
    }

    private void closeAndWait() {
        Timeouts timeouts = config.timeouts();
        channels.stop();
        relays.stop(timeouts.closeSpread());
        long deadline = System.nanoTime()
                + Math.max(timeouts.stop().toNanos(), timeouts.closeSpread().toNanos());
        try {
            while (underWay() > 0 && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        relays.stop();
    }

    /** Lets go of everything; bounded by the parts' own bounds. */
    public void stop() throws Exception {
        relays.stop();
        if (handover != null) {
            handover.close();
        }
        channels.stop();
        apps.close();
        silence.stop();
        cache.stop();
        upstream.stop();
        threads.stop();
    }
}
