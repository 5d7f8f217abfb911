package org.streamlitgateway.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.AppConfig.Upstream;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.http.ExchangeTimeouts;
import org.streamlitgateway.process.CookieSecrets;
import org.streamlitgateway.process.LaunchContext;
import org.streamlitgateway.process.ManagedApp;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.routing.StickyCookie;
import org.streamlitgateway.upstream.DrainState;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.SessionRegistry;

/**
 * The running apps. A new configuration keeps the replicas and processes that it does not change. {@code this} guards
 * changes of the configuration; requests never wait for it. A timer checks health, idle apps and drains.
 */
final class AppRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AppRegistry.class);

    private final UpstreamClient upstream;
    private final SessionRegistry sessions;
    private final ExchangeTimeouts timeouts;
    private final Scheduler scheduler;
    private final String base;
    private final boolean prefixed;
    private final StickyCookie sticky;
    private final CookieSecrets cookieSecrets;
    private volatile Map<String, App> byPrefix = Map.of();
    private volatile GatewayConfig config;
    private volatile boolean closed;

    /** Threads that stop removed apps; guarded by this. */
    private final List<Thread> stopping = new ArrayList<>();

    /** @param prefixed whether to append the prefix of a single app to the base; a configuration with apps always does */
    AppRegistry(
            UpstreamClient upstream,
            SessionRegistry sessions,
            ExchangeTimeouts timeouts,
            String base,
            boolean prefixed,
            GatewayConfig config) {
        this.upstream = upstream;
        this.sessions = sessions;
        this.timeouts = timeouts;
        this.scheduler = upstream.scheduler();
        this.base = base;
        this.prefixed = prefixed;
        this.sticky = config.named() ? new StickyCookie(config.stickyKey()) : null;
        this.cookieSecrets = new CookieSecrets(config.stickyKey(), config.stateFolder());
        this.config = config;
    }

    /**
     * Applies a configuration. Closes sessions with replicas that it removes; other sessions continue.
     *
     * @throws IOException if no ports are free for processes; nothing has changed then
     */
    synchronized RouteTable apply(GatewayConfig newConfig) throws IOException {
        if (closed) {
            throw new IOException("the gateway is stopping");
        }
        Map<String, App> oldApps = byPrefix;
        Map<String, App> newApps = new LinkedHashMap<>();
        for (AppConfig app : newConfig.apps()) {
            newApps.put(app.prefix(), createApp(app, oldApps.get(app.prefix()), newConfig));
        }
        config = newConfig;
        byPrefix = newApps;
        newApps.values().forEach(app -> drainAsConfigured(app, oldApps.get(app.prefix())));
        retireRemoved(oldApps, newApps);
        sessions.end(
                replica -> replica.drainState().isOver(), newConfig.timeouts().closeSpread());
        stopUnused(oldApps, newApps);
        return new RouteTable(List.copyOf(newApps.values()));
    }

    private App createApp(AppConfig app, App previous, GatewayConfig newConfig) throws IOException {
        boolean nested = newConfig.apps().stream()
                .anyMatch(other ->
                        !other.prefix().equals(app.prefix()) && RouteTable.contains(other.prefix(), app.prefix()));
        boolean reusable = previous != null && previous.config().strip() == app.strip();
        String prefix = base + (newConfig.named() || prefixed ? app.prefix() : "");
        List<String> trusted =
                newConfig.trustedProxies().stream().map(Cidr::toString).toList();
        ManagedApp managed = null;
        List<Replica> replicas = new ArrayList<>();
        if (app.launch() == null) {
            for (Upstream configured : app.replicas()) {
                String name = configured.address().toString();
                Replica known = reusable ? find(previous, name) : null;
                replicas.add(known == null ? replica(name, configured::address, prefix, app, newConfig) : known);
            }
        } else if (reusable
                && app.launch().equals(previous.config().launch())
                && previous.managed().trusts(trusted)) {
            managed = previous.managed();
            replicas.addAll(previous.replicas());
        } else {
            LaunchContext launchContext = new LaunchContext(
                    app.strip() == AppConfig.Strip.NO ? prefix : "",
                    trusted,
                    () -> cookieSecrets.of(app.prefix()),
                    app.prefix(),
                    newConfig.operators().otlpEndpoint());
            ManagedApp created =
                    new ManagedApp(newConfig.named() ? app.prefix() + "/" : app.name(), app.launch(), launchContext);
            for (int i = 0; i < created.size(); i++) {
                int number = i;
                replicas.add(replica("process " + i, () -> created.address(number), prefix, app, newConfig));
            }
            managed = created;
        }
        App.Stop stop = previous == null ? new App.Stop() : previous.stop();
        return new App(app, prefix, replicas, managed, stop, sticky, nested, id -> sessions.holder(id, prefix));
    }

    private Replica replica(
            String name, Supplier<HostPort> address, String prefix, AppConfig app, GatewayConfig config) {
        return new Replica(name, address, prefix, app.strip(), config.named(), upstream);
    }

    private static Replica find(App app, String name) {
        return app.replicas().stream()
                .filter(replica -> replica.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /**
     * Begins or cancels drains that the configuration changes; a drain by an operator stays otherwise. An app started by the
     * gateway has none in its configuration.
     */
    private void drainAsConfigured(App app, App previous) {
        for (Upstream configured : app.config().replicas()) {
            boolean same = previous != null
                    && find(previous, configured.address().toString())
                            == find(app, configured.address().toString())
                    && previous.config().replicas().contains(configured);
            if (same) {
                continue;
            }
            Replica replica = find(app, configured.address().toString());
            if (configured.drain()) {
                drain(replica);
            } else {
                replica.drainState().cancelDrain();
            }
        }
    }

    /** Begins a drain. Returns false if the replica is draining already. */
    boolean drain(Replica replica) {
        boolean maintained = replica.drainState().isInMaintenance();
        DrainState.Drain drain = replica.drainState().beginDrain();
        if (drain == null) {
            return maintained;
        }
        LOG.info(
                "replica {} is draining, {} remaining",
                replica.address(),
                count(replica.load().sessions()));
        scheduler.schedule(
                () -> {
                    if (replica.drainState().endDrain(drain)) {
                        LOG.info(
                                "replica {}: drain-timeout reached, closing {}",
                                replica.address(),
                                count(replica.load().sessions()));
                        sessions.end(
                                other -> other == replica, config.timeouts().closeSpread());
                    }
                },
                config.timeouts().drain().toMillis(),
                TimeUnit.MILLISECONDS);
        return true;
    }

    /** Takes a replica out of service: its sessions move to other replicas. Returns false if it is already. */
    boolean maintain(Replica replica) {
        boolean begins = replica.drainState().beginMaintenance();
        if (begins) {
            sessions.end(other -> other == replica, config.timeouts().closeSpread());
        }
        return begins;
    }

    private static String count(int sessions) {
        return sessions + (sessions == 1 ? " session" : " sessions");
    }

    private static void retireRemoved(Map<String, App> oldApps, Map<String, App> newApps) {
        Set<Replica> kept = new HashSet<>();
        newApps.values().forEach(app -> kept.addAll(app.replicas()));
        oldApps.values().stream()
                .flatMap(app -> app.replicas().stream())
                .filter(replica -> !kept.contains(replica))
                .forEach(replica -> replica.drainState().retire());
    }

    private void stopUnused(Map<String, App> oldApps, Map<String, App> newApps) {
        Set<ManagedApp> used = managed(newApps).collect(Collectors.toSet());
        stopping.removeIf(thread -> !thread.isAlive());
        managed(oldApps).filter(app -> !used.contains(app)).forEach(app -> stopping.add(stop(app)));
    }

    private static Stream<ManagedApp> managed(Map<String, App> apps) {
        return apps.values().stream().map(App::managed).filter(Objects::nonNull);
    }

    private static Thread stop(ManagedApp app) {
        Thread thread = new Thread(app::close, "stop-app");
        thread.start();
        return thread;
    }

    /**
     * Starts the apps with {@code start: now} and returns when they are healthy. If a file names the apps and one fails to
     * start, the others are served all the same; the log has the reason.
     *
     * @throws IOException if the only app fails to start; the message is fit for a user
     */
    void start() throws IOException, InterruptedException {
        if (!config.named()) {
            for (ManagedApp app : managed(byPrefix).toList()) {
                app.startAndWait();
            }
            return;
        }
        poll();
        wakeEager();
        for (ManagedApp app : managed(byPrefix).filter(a -> !a.isLazy()).toList()) {
            app.awaitSettled();
        }
    }

    /** Starts the apps with {@code start: now} that do not run yet. */
    void wakeEager() {
        managed(byPrefix).filter(app -> !app.isLazy()).forEach(ManagedApp::wake);
    }

    private void poll() {
        if (closed) {
            return;
        }
        try {
            byPrefix.values().forEach(this::check);
        } catch (RuntimeException e) {
            LOG.error("periodic check of apps failed", e); // the next check is scheduled all the same
        }
        scheduler.schedule(this::poll, config.health().interval().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void check(App app) {
        ManagedApp managed = app.managed();
        if (managed != null) {
            boolean used = app.replicas().stream()
                            .filter(replica -> replica.load().takeDemand())
                            .count()
                    > 0; // the count clears the flag of every replica
            managed.sleepIfIdle(used || timeouts.isUsing(app.replicas()));
        }
        for (Replica replica : app.replicas()) {
            boolean expected = managed == null || managed.isHealthy();
            if (expected && !replica.drainState().isInMaintenance()) {
                replica.check(config.health());
            }
            if (replica.drainState().reportEmptyOnce()) {
                LOG.info("replica {} is drained, no sessions remaining", replica.address());
            }
        }
    }

    /** Checks the health of new replicas at once. */
    void checkNew() {
        byPrefix.values().stream()
                .filter(app -> app.managed() == null)
                .flatMap(app -> app.replicas().stream())
                .filter(Replica::isNew)
                .forEach(replica -> replica.check(config.health()));
    }

    /** Returns all apps in the order of the configuration. */
    List<App> all() {
        return List.copyOf(byPrefix.values());
    }

    /** Returns the address of the first replica of the first app. */
    HostPort first() {
        return byPrefix.get(config.app().prefix()).replicas().get(0).address();
    }

    /** Stops all processes in parallel and waits for their end, including those of removed apps. */
    @Override
    public void close() {
        List<Thread> closers;
        synchronized (this) {
            closed = true;
            closers = new ArrayList<>(stopping);
        }
        managed(byPrefix).forEach(app -> closers.add(stop(app)));
        for (Thread closer : closers) {
            try {
                closer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
