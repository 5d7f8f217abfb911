package org.streamlitgateway.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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
 * The apps as they live: their replicas and processes go over from one configuration to the next where it does not
 * concern them. A configuration is taken over under {@code this}, which nothing waits for meanwhile; a timer looks after
 * health, idle apps and drains.
 */
final class AppRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AppRegistry.class);

    private final UpstreamClient upstream;
    private final SessionRegistry relays;
    private final ExchangeTimeouts silence;
    private final Scheduler scheduler;
    private final String base;
    private final boolean ownPath;
    private final StickyCookie sticky;
    private final CookieSecrets cookieSecrets;
    private volatile Map<String, App> byPrefix = Map.of();
    private volatile GatewayConfig config;
    private volatile boolean closed;

    /** Threads that stop apps which are no longer named; guarded by this. */
    private final List<Thread> stopping = new ArrayList<>();

    /** @param ownPath whether an app that no file names lies under its own prefix too, not only under the base */
    AppRegistry(
            UpstreamClient upstream,
            SessionRegistry relays,
            ExchangeTimeouts silence,
            String base,
            boolean ownPath,
            GatewayConfig config) {
        this.upstream = upstream;
        this.relays = relays;
        this.silence = silence;
        this.scheduler = upstream.scheduler();
        this.base = base;
        this.ownPath = ownPath;
        this.sticky = config.named() ? new StickyCookie(config.stickyKey()) : null;
        this.cookieSecrets = new CookieSecrets(config.stickyKey(), config.stateFolder());
        this.config = config;
    }

    /**
     * Takes over a configuration. Sessions with replicas that it no longer names are ended, others go on.
     *
     * @throws IOException when there are no ports for processes; nothing has changed then
     */
    synchronized RouteTable apply(GatewayConfig next) throws IOException {
        if (closed) {
            throw new IOException("the gateway is stopping");
        }
        Map<String, App> before = byPrefix;
        Map<String, App> after = new TreeMap<>();
        for (AppConfig app : next.apps()) {
            after.put(app.prefix(), live(app, before.get(app.prefix()), next));
        }
        config = next;
        byPrefix = after;
        after.values().forEach(app -> drainAsConfigured(app, next));
        retireUnnamed(before, after);
        relays.end(replica -> replica.drainState().isOver(), next.timeouts().closeSpread());
        stopUnused(before, after);
        return new RouteTable(List.copyOf(after.values()));
    }

    private App live(AppConfig app, App before, GatewayConfig next) throws IOException {
        boolean nested = next.apps().stream()
                .anyMatch(other ->
                        !other.prefix().equals(app.prefix()) && RouteTable.holds(other.prefix(), app.prefix()));
        boolean same = before != null && before.config().strip() == app.strip();
        String prefix = base + (next.named() || ownPath ? app.prefix() : "");
        List<String> trusted =
                next.trustedProxies().stream().map(Cidr::toString).toList();
        ManagedApp managed = null;
        List<Replica> replicas = new ArrayList<>();
        if (app.launch() == null) {
            for (Upstream wanted : app.replicas()) {
                String name = wanted.address().toString();
                Replica known = same ? known(before, name) : null;
                replicas.add(known == null ? replica(name, wanted::address, prefix, app, next) : known);
            }
        } else if (same
                && app.launch().equals(before.config().launch())
                && before.managed().trusts(trusted)) {
            managed = before.managed();
            replicas.addAll(before.replicas());
        } else {
            LaunchContext surroundings = new LaunchContext(
                    app.strip() == AppConfig.Strip.NO ? prefix : "", trusted, () -> cookieSecrets.of(app.prefix()));
            ManagedApp made =
                    new ManagedApp(next.named() ? app.prefix() + "/" : app.name(), app.launch(), surroundings);
            for (int i = 0; i < made.size(); i++) {
                int number = i;
                replicas.add(replica("process " + i, () -> made.address(number), prefix, app, next));
            }
            managed = made;
        }
        return new App(app, prefix, replicas, managed, sticky, nested, id -> relays.holder(id, prefix));
    }

    private Replica replica(
            String name, Supplier<HostPort> address, String prefix, AppConfig app, GatewayConfig config) {
        return new Replica(name, address, prefix, app.strip(), config.named(), upstream);
    }

    private static Replica known(App app, String name) {
        return app.replicas().stream()
                .filter(replica -> replica.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** An app of our own has no drains: its replicas come and go together. */
    private void drainAsConfigured(App app, GatewayConfig next) {
        for (Upstream wanted : app.config().replicas()) {
            Replica replica = known(app, wanted.address().toString());
            if (wanted.drain()) {
                drain(replica, next);
            } else {
                replica.drainState().cancelDrain();
            }
        }
    }

    private void drain(Replica replica, GatewayConfig next) {
        DrainState.Drain drain = replica.drainState().beginDrain();
        if (drain == null) {
            return;
        }
        LOG.info(
                "replica {} drains: {} sessions are left",
                replica.address(),
                replica.load().sessions());
        scheduler.schedule(
                () -> {
                    if (replica.drainState().endDrain(drain)) {
                        LOG.info(
                                "replica {} has drained for long enough: {} sessions are ended",
                                replica.address(),
                                replica.load().sessions());
                        relays.end(other -> other == replica, config.timeouts().closeSpread());
                    }
                },
                next.timeouts().drain().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static void retireUnnamed(Map<String, App> before, Map<String, App> after) {
        Set<Replica> kept = new HashSet<>();
        after.values().forEach(app -> kept.addAll(app.replicas()));
        before.values().stream()
                .flatMap(app -> app.replicas().stream())
                .filter(replica -> !kept.contains(replica))
                .forEach(replica -> replica.drainState().retire());
    }

    private void stopUnused(Map<String, App> before, Map<String, App> after) {
        Set<ManagedApp> used = managed(after).collect(Collectors.toSet());
        stopping.removeIf(thread -> !thread.isAlive());
        managed(before).filter(app -> !used.contains(app)).forEach(app -> stopping.add(stop(app)));
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
     * Starts the apps that do not wait for a visit, and returns when they are healthy. Where a file names the apps, one
     * that does not start does not keep the others from being served: the log and its waiting page say why.
     *
     * @throws IOException when the only app does not start, with a text fit for a user
     */
    void start() throws IOException, InterruptedException {
        if (!config.named()) {
            for (ManagedApp app : managed(byPrefix).toList()) {
                app.startAndWait();
            }
            return;
        }
        look();
        wakeEager();
        for (ManagedApp app : managed(byPrefix).filter(a -> !a.isLazy()).toList()) {
            app.awaitSettled();
        }
    }

    /** Starts those that do not wait for a visit and do not run yet. */
    void wakeEager() {
        managed(byPrefix).filter(app -> !app.isLazy()).forEach(ManagedApp::wake);
    }

    private void look() {
        if (closed) {
            return;
        }
        try {
            byPrefix.values().forEach(this::look);
        } catch (RuntimeException unexpected) {
            LOG.error("looking after the apps failed", unexpected); // and must not be the last time
        }
        scheduler.schedule(this::look, config.health().interval().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look(App app) {
        ManagedApp managed = app.managed();
        if (managed != null) {
            boolean used = app.replicas().stream()
                            .filter(replica -> replica.load().takeDemand())
                            .count()
                    > 0; // each is asked
            managed.sleepIfIdle(used || silence.isUsing(app.replicas()));
        }
        for (Replica replica : app.replicas()) {
            if (managed == null || managed.isHealthy()) {
                replica.check(config.health());
            }
            if (replica.drainState().reportEmptyOnce()) {
                LOG.info("replica {} has drained: no sessions are left", replica.address());
            }
        }
    }

    /** Asks new replicas for their health at once. */
    void lookAtNew() {
        byPrefix.values().stream()
                .filter(app -> app.managed() == null)
                .flatMap(app -> app.replicas().stream())
                .filter(Replica::isNew)
                .forEach(replica -> replica.check(config.health()));
    }

    HostPort first() {
        return byPrefix.get(config.app().prefix()).replicas().get(0).address();
    }

    /** Stops all processes, those that are being stopped already too; bounded by what one of them takes. */
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
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
