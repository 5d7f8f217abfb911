package org.streamlitgateway.gateway;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.SessionCookieConfig;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.accesslog.AccessLog;
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
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.metrics.Metrics;
import org.streamlitgateway.operator.Gauges;
import org.streamlitgateway.operator.OperatorAccess;
import org.streamlitgateway.operator.OperatorPages;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.reload.ConfigWatcher;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.status.StatusReader;
import org.streamlitgateway.status.action.Actions;
import org.streamlitgateway.status.page.StatusPages;
import org.streamlitgateway.threads.GatewayThreads;
import org.streamlitgateway.trace.otlp.Tracing;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.version.Version;
import org.streamlitgateway.websocket.RelayFactory;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.WebSocketHandler;
import org.streamlitgateway.websocket.bridge.BridgeFactory;
import org.streamlitgateway.websocket.splice.SpliceFactory;

/** Creates the objects of one gateway, and starts and stops them in order. Thread-safe. */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long POLL_MILLIS = 20;
    private static final long SAMPLE_SECONDS = 10;

    private final GatewayThreads threads = new GatewayThreads();
    private final UpstreamClient upstream;
    private final SessionRegistry sessions;
    private final ExchangeTimeouts exchangeTimeouts;
    private final DisconnectDetector disconnects;
    private final AssetCache cache;
    private final Quota uploadQuota;
    private final Quota sessionQuota;
    private final ShutdownPhase shutdownPhase = new ShutdownPhase();
    private final FutureTask<Void> finishing = new FutureTask<>(this::closeAndWait, null);
    private final ServletContext context;
    private final Metrics metrics;
    private final Traffic traffic;
    private final GatewayOperations operations;
    private final StatusReader statusReader;
    private final Actions actions;
    /** Whether the start has succeeded; the end of a failed one is not logged, because its reason is. */
    private volatile boolean served;

    private final AtomicBoolean stopLogged = new AtomicBoolean();
    private final JakartaUpgrade upgrade;
    private final AppRegistry apps;
    private final GatewayServlet servlet;
    private final Channels channels;
    private final SocketTakeover takeover;
    private final RelayFactory relayFactory;
    private final GatewayConfig initialConfig;
    private final boolean embedded;
    private AccessLog accessLog;
    private Tracing tracing;
    private volatile GatewayConfig config;

    private Gateway(
            ServletContext context,
            JakartaUpgrade upgrade,
            GatewayConfig config,
            boolean prefixed,
            DisconnectDetector disconnects,
            SocketTakeover takeover) {
        this.context = context;
        this.upgrade = upgrade;
        this.initialConfig = config;
        this.config = config;
        this.disconnects = disconnects;
        this.embedded = prefixed;
        upstream =
                new UpstreamClient(threads.clientExecutor(), config.timeouts().connect());
        uploadQuota = new Quota(
                config.limits().uploads(), new OverLimit(Setting.MAX_UPLOADS_PER_CLIENT.key(), upstream.scheduler()));
        sessionQuota = new Quota(
                config.limits().sessions(), new OverLimit(Setting.MAX_SESSIONS_PER_CLIENT.key(), upstream.scheduler()));
        cache = new AssetCache(config.assetCacheBytes());
        sessions = new SessionRegistry(upstream.scheduler(), threads.blocking(), config.timeouts());
        sessions.setMaxMessageBytes(config.maxMessageBytes());
        exchangeTimeouts = new ExchangeTimeouts(
                upstream.scheduler(), config.timeouts().upstream().toNanos(), disconnects);
        exchangeTimeouts.setMinBodyRate(config.limits().minBodyRate());
        FeedRuntime feedRuntime = new FeedRuntime(
                upstream.webSocket(), upstream.scheduler(), threads.clientExecutor(), threads.blocking());
        channels = new Channels(
                config.channels(),
                feedRuntime,
                config.timeouts(),
                config.limits().minBodyRate());
        apps = new AppRegistry(upstream, sessions, exchangeTimeouts, context.getContextPath(), prefixed, config);
        this.takeover = takeover;
        RelayFactory bridge = new BridgeFactory(upgrade, upstream.webSocket(), sessions);
        relayFactory = takeover == null || config.relay() == Relaying.BRIDGE
                ? bridge
                : new SpliceFactory(bridge, takeover, upstream.http(), sessions);
        metrics = new Metrics(Version.TEXT, context.getServerInfo());
        traffic = new Traffic(metrics, config.operators().messageMetrics());
        OperatorPages operatorPages = new OperatorPages(context.getContextPath(), metrics, apps::all, upstream);
        Gauges.ofReplicas(metrics, apps::all);
        Gauges.ofSessions(metrics, apps::all, traffic);
        Gauges.ofCache(metrics, cache);
        Gauges.ofChannels(metrics, channels);
        operations = new GatewayOperations(context.getServerInfo(), apps, traffic, channels, sessions, shutdownPhase);
        statusReader = new StatusReader(operations);
        actions = new Actions(operations, statusReader::find);
        StatusPages statusPages = new StatusPages(context.getContextPath(), statusReader, actions);
        servlet = new GatewayServlet(
                shutdownPhase, traffic, operatorPages, statusPages, context.getContextPath(), this::finish);
    }

    /**
     * Creates and starts a gateway, and maps its servlet to every path of the context.
     *
     * @param disconnects detects that a waiting client has disconnected
     * @param prefixed whether to append the prefix of a single app to the context path; false in a container, whose context
     *     path already is the prefix
     * @param takeover takes over browsers' sockets, for the splice; {@code null} if the container does not allow that
     * @throws Exception if the gateway cannot be started; nothing is left running
     */
    public static Gateway install(
            ServletContext context,
            GatewayConfig config,
            boolean prefixed,
            DisconnectDetector disconnects,
            SocketTakeover takeover)
            throws Exception {
        ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
        if (container == null) {
            throw new IllegalStateException("WebSocket support is not enabled in the container"
                    + " (Jetty: --add-modules=ee10-websocket-jakarta)");
        }
        Gateway gateway = new Gateway(context, new JakartaUpgrade(container), config, prefixed, disconnects, takeover);
        try {
            gateway.start();
        } catch (Exception e) {
            gateway.stop();
            throw e;
        }
        return gateway;
    }

    private void start() throws Exception {
        accessLog = AccessLog.start(config.operators().accessLog(), embedded, traffic, metrics);
        tracing = Tracing.start(config.operators().otlpEndpoint(), traffic, metrics);
        threads.start();
        upstream.start();
        threads.growBy(upstream.scheduler());
        exchangeTimeouts.start();
        sessions.start();
        sampleTraffic();
        channels.start();
        servlet.setHandlers(handlers(config));
        ServletRegistration.Dynamic registration = context.addServlet("streamlit-gateway", servlet);
        registration.setAsyncSupported(true);
        registration.setLoadOnStartup(1);
        registration.addMapping("/*");
    }

    /** Notes the number of sessions, for the lines of the last hour. */
    private void sampleTraffic() {
        traffic.sample();
        upstream.scheduler().schedule(this::sampleTraffic, SAMPLE_SECONDS, TimeUnit.SECONDS);
    }

    private void warnOfAnyHost() {
        if (config.exposure().allowedHosts().isEmpty()) {
            LOG.warn("allowed-hosts is not set: any Host is accepted, so a page of another site could reach the apps by"
                    + " DNS rebinding; set it to the host names that visitors use, or to * to accept the risk");
        }
    }

    private Handlers handlers(GatewayConfig config) throws IOException {
        RouteTable routes = apps.apply(config);
        traffic.setApps(routes.apps().stream().map(App::name).toList());
        GatewayConfig.Exposure exposure = config.exposure();
        Set<String> embedOrigins = exposure.embedOrigins();
        Guard guard = new Guard(
                config.trustedProxies(), config.allowedOrigins(), exposure.allowedHosts(), !embedOrigins.isEmpty());
        IdentityHeaders identity = new IdentityHeaders(
                config.userHeader(), exposure.identityHeaders(), exposure.identityHeaderExceptions());
        RequestHeaders headers = new RequestHeaders(config.userHeader(), identity, sessionCookies());
        WebSocketHandler webSockets = new WebSocketHandler(
                relayFactory,
                upstream.scheduler(),
                headers,
                guard,
                sessions,
                config.timeouts(),
                disconnects,
                sessionQuota);
        AppProxyServlet http = new AppProxyServlet(upstream, headers, exchangeTimeouts, cache, uploadQuota);
        ChannelHandler channelHandler = new ChannelHandler(upgrade, channels, guard, identity);
        return new Handlers(
                routes,
                guard,
                new SecurityHeaders(exposure.securityHeaders(), embedOrigins, false),
                new SecurityHeaders(exposure.securityHeaders(), embedOrigins, true),
                channelHandler,
                webSockets,
                http,
                identity,
                new OperatorAccess(config.operators(), identity),
                new Look(config.pages().title(), config.pages().logo()),
                config.named());
    }

    /** Returns the names of the container's session cookies, single sign-on included: apps must not receive them. */
    private Set<String> sessionCookies() {
        SessionCookieConfig cookies = context.getSessionCookieConfig(); // null in a Jetty without sessions
        String configured = cookies == null ? null : cookies.getName();
        Set<String> names = new HashSet<>(List.of("JSESSIONID", "JSESSIONIDSSO"));
        if (configured != null && !configured.isBlank()) {
            names.add(configured);
        }
        return names;
    }

    /**
     * Starts the apps with {@code start: now} and returns when they are healthy.
     *
     * @throws IOException if the only app fails to start; the message is fit for a user
     */
    public void startApps() throws IOException, InterruptedException {
        apps.start();
        served = true;
        warnOfAnyHost();
    }

    /**
     * Applies another configuration. Sessions, requests and processes of unaffected apps continue.
     *
     * @throws IOException if it cannot be applied; nothing has changed then
     */
    public synchronized void apply(GatewayConfig next) throws Exception {
        if (next.named() != config.named()) {
            throw new IOException("apps: was added or removed; restart the gateway to apply this");
        }
        List<String> later = next.differencesForNextStart(initialConfig);
        if (!later.isEmpty()) {
            LOG.warn("changes of {} take effect at the next start of the gateway", String.join(", ", later));
        }
        servlet.setHandlers(handlers(next));
        sessions.setTimeouts(next.timeouts());
        sessions.setMaxMessageBytes(next.maxMessageBytes());
        exchangeTimeouts.setTimeoutNanos(next.timeouts().upstream().toNanos());
        exchangeTimeouts.setMinBodyRate(next.limits().minBodyRate());
        uploadQuota.setLimit(next.limits().uploads());
        sessionQuota.setLimit(next.limits().sessions());
        config = next;
        apps.checkNew();
        apps.wakeEager();
    }

    /** Returns the gateway's metrics, to which others may be added. */
    public Metrics metrics() {
        return metrics;
    }

    /**
     * Tells the gateway what surrounds it, for its operators.
     *
     * @param watcher of the configuration file; {@code null} without one
     * @param logLevel sets the level of the log and returns true; {@code null} if the container does that
     */
    public void setHost(ConfigWatcher watcher, Predicate<String> logLevel) {
        operations.setHost(watcher, logLevel);
    }

    /** Sets the source of the time when the certificate expires. */
    public void setCertificateExpiry(Supplier<Instant> expiry) {
        operations.setCertificateExpiry(expiry);
    }

    /** Reads the gateway's status. */
    public StatusReader statusReader() {
        return statusReader;
    }

    /** Returns what operators may do. */
    public Actions actions() {
        return actions;
    }

    /** Returns the address of the first replica of the first app. */
    public HostPort firstUpstream() {
        return apps.first();
    }

    /** Opens the file of the access log again, after it was renamed. */
    public void reopenLogs() {
        accessLog.reopen();
    }

    /** Reports "not ready" to load balancers and waits for {@code drain-delay}, for them to notice. */
    public void drain() throws InterruptedException {
        logStop();
        shutdownPhase.drain();
        TimeUnit.NANOSECONDS.sleep(config.timeouts().drainDelay().toNanos());
    }

    /**
     * Closes every WebSocket with 1012, which makes browsers reconnect, and waits up to {@code stop-timeout} for running
     * requests. A second call only waits for the first one, since the caller releases resources afterwards.
     */
    public void finish() {
        logStop();
        shutdownPhase.stop();
        finishing.run();
        try {
            finishing.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void logStop() {
        if (served && stopLogged.compareAndSet(false, true)) {
            LOG.info("stopping, {} {}", sessions.size(), sessions.size() == 1 ? "session" : "sessions");
        }
    }

    private int running() {
        return exchangeTimeouts.exchangeCount() + cache.answering() + sessions.size() + channels.subscribers();
    }

    private void closeAndWait() {
        Timeouts timeouts = config.timeouts();
        channels.stop();
        sessions.stop(timeouts.closeSpread());
        long deadline = System.nanoTime()
                + Math.max(timeouts.stop().toNanos(), timeouts.closeSpread().toNanos());
        try {
            while (running() > 0 && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sessions.stop();
    }

    /** Stops all parts and releases their resources; each part limits its own time. */
    public void stop() throws Exception {
        sessions.stop();
        if (takeover != null) {
            takeover.close();
        }
        channels.stop();
        apps.close();
        exchangeTimeouts.stop();
        cache.stop();
        upstream.stop();
        threads.stop();
        if (accessLog != null) {
            accessLog.close();
        }
        if (tracing != null) {
            tracing.close();
        }
        if (stopLogged.get()) {
            LOG.info("stopped");
        }
    }
}
