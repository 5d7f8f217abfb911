package org.streamlitgateway.assembly;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.bridge.Relays;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.AppConfig.Upstream;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.launch.ManagedApp;
import org.streamlitgateway.route.App;
import org.streamlitgateway.route.RouteTable;
import org.streamlitgateway.route.StickyCookie;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.UpstreamClient;

/**
 * The apps as they live: their replicas and processes go over from one configuration to the next where it does not
 * concern them. Changed by one thread at a time; a timer looks after health, idle apps and drains.
 */
final class Apps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Apps.class);
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    private final UpstreamClient upstream;
    private final Relays relays;
    private final Scheduler scheduler;
    private final String base;
    private final boolean ownPath;
    private final StickyCookie sticky;
    private volatile Map<String, App> byPrefix = Map.of();
    private volatile GatewayConfig config;
    private volatile boolean closed;

    /** @param ownPath whether an app that no file names lies under its own prefix too, not only under the base */
    Apps(UpstreamClient upstream, Relays relays, String base, boolean ownPath, GatewayConfig config) {
        this.upstream = upstream;
        this.relays = relays;
        this.scheduler = upstream.scheduler();
        this.base = base;
        this.ownPath = ownPath;
        this.sticky = config.named() ? new StickyCookie(config.stickyKey()) : null;
        this.config = config;
    }

    /**
     * Takes over a configuration. Sessions with replicas that it no longer names are ended, others go on.
     *
     * @throws IOException when there are no ports for processes; nothing has changed then
     */
    synchronized RouteTable apply(GatewayConfig next) throws IOException {
        Map<String, App> before = byPrefix;
        Map<String, App> after = new TreeMap<>();
        for (AppConfig app : next.apps()) {
            after.put(app.prefix(), live(app, before.get(app.prefix()), next));
        }
        config = next;
        byPrefix = after;
        Set<Replica> kept = new HashSet<>();
        after.values().forEach(app -> kept.addAll(app.replicas()));
        relays.end(replica -> !kept.contains(replica), next.timeouts().closeSpread());
        closeUnused(before, after);
        return new RouteTable(List.copyOf(after.values()));
    }

    private App live(AppConfig app, App before, GatewayConfig next) throws IOException {
        boolean nested = next.apps().stream()
                .anyMatch(other ->
                        !other.prefix().equals(app.prefix()) && RouteTable.holds(other.prefix(), app.prefix()));
        boolean same = before != null && before.config().strip() == app.strip();
        String prefix = base + (next.named() || ownPath ? app.prefix() : "");
        ManagedApp managed = null;
        List<Replica> replicas = new ArrayList<>();
        if (app.launch() == null) {
            for (Upstream wanted : app.replicas()) {
                Replica replica = same ? known(before, wanted.address().toString()) : null;
                if (replica == null) {
                    replica = new Replica(wanted.address(), prefix, app.strip(), upstream);
                }
                drain(replica, wanted.drain(), next);
                replicas.add(replica);
            }
        } else if (same && app.launch().equals(before.config().launch())) {
            managed = before.managed();
            replicas.addAll(before.replicas());
        } else {
            List<String> trusted =
                    next.trustedProxies().stream().map(Cidr::toString).toList();
            managed = new ManagedApp(app.name(), app.launch(), trusted);
            for (int i = 0; i < managed.addresses().size(); i++) {
                replicas.add(new Replica("process " + i, managed.addresses().get(i), prefix, app.strip(), upstream));
            }
        }
        return new App(app, prefix, replicas, managed, sticky, nested);
    }

    private static Replica known(App app, String name) {
        return app.replicas().stream()
                .filter(replica -> replica.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void drain(Replica replica, boolean wanted, GatewayConfig next) {
        if (wanted && !replica.isDraining()) {
            LOG.info("replica {} drains: {} sessions are left", replica.address(), replica.sessions());
            scheduler.schedule(
                    () -> {
                        if (replica.isDraining()) {
                            relays.end(
                                    other -> other == replica, config.timeouts().closeSpread());
                        }
                    },
                    next.timeouts().drain().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        replica.setDraining(wanted);
    }

    private static void closeUnused(Map<String, App> before, Map<String, App> after) {
        Set<ManagedApp> used = new HashSet<>();
        after.values().stream().map(App::managed).filter(Objects::nonNull).forEach(used::add);
        for (App app : before.values()) {
            if (app.managed() != null && !used.contains(app.managed())) {
                new Thread(app.managed()::close, "stop-" + app.config().name()).start();
            }
        }
    }

    /**
     * Starts the apps that do not wait for a visit, and returns when they are healthy.
     *
     * @throws IOException when one of them does not start, with a text fit for a user
     */
    void start() throws IOException, InterruptedException {
        for (App app : byPrefix.values()) {
            if (app.managed() != null && !app.managed().isLazy()) {
                app.managed().startAndWait(LONGEST_START);
            }
        }
        if (config.named()) {
            look();
        }
    }

    /** Wakes those that a new configuration wants to run. */
    void wakeEager() {
        for (App app : byPrefix.values()) {
            if (app.managed() != null && !app.managed().isLazy()) {
                app.managed().wake();
            }
        }
    }

    private void look() {
        if (closed) {
            return;
        }
        for (App app : byPrefix.values()) {
            if (app.managed() != null) {
                app.managed()
                        .sleepIfIdle(app.replicas().stream()
                                .mapToInt(Replica::sessions)
                                .sum());
            }
            if (app.managed() == null || app.managed().isHealthy()) {
                app.replicas().forEach(replica -> replica.check(config.health()));
            }
        }
        scheduler.schedule(this::look, config.health().interval().toMillis(), TimeUnit.MILLISECONDS);
    }

    HostPort first() {
        return byPrefix.get(config.app().prefix()).replicas().get(0).address();
    }

    /** Stops all processes. */
    @Override
    public void close() {
        closed = true;
        List<Thread> closers = new ArrayList<>();
        for (App app : byPrefix.values()) {
            if (app.managed() != null) {
                closers.add(
                        new Thread(app.managed()::close, "stop-" + app.config().name()));
            }
        }
        closers.forEach(Thread::start);
        for (Thread closer : closers) {
            try {
                closer.join();
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
