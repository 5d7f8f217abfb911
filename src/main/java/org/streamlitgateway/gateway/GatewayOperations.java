package org.streamlitgateway.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.reload.ConfigWatcher;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.status.MonitoredGateway;
import org.streamlitgateway.status.StatusSnapshot.GatewayFacts;
import org.streamlitgateway.status.StatusSnapshot.Phase;
import org.streamlitgateway.status.action.ActionResult;
import org.streamlitgateway.status.action.Operations;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.version.Version;
import org.streamlitgateway.websocket.SessionRegistry;

/** What operators see and change of one gateway. Thread-safe. */
final class GatewayOperations implements MonitoredGateway, Operations {
    private final Instant started = Instant.now();
    private final String container;
    private final AppRegistry apps;
    private final Traffic traffic;
    private final Channels channels;
    private final SessionRegistry sessions;
    private final ShutdownPhase shutdownPhase;
    private volatile ConfigWatcher watcher;
    private volatile Predicate<String> logLevel;
    private volatile Supplier<Instant> certificateExpiry = () -> null;

    GatewayOperations(
            String container,
            AppRegistry apps,
            Traffic traffic,
            Channels channels,
            SessionRegistry sessions,
            ShutdownPhase shutdownPhase) {
        this.container = container;
        this.apps = apps;
        this.traffic = traffic;
        this.channels = channels;
        this.sessions = sessions;
        this.shutdownPhase = shutdownPhase;
    }

    void setHost(ConfigWatcher newWatcher, Predicate<String> newLogLevel) {
        watcher = newWatcher;
        logLevel = newLogLevel;
    }

    void setCertificateExpiry(Supplier<Instant> expiry) {
        certificateExpiry = expiry;
    }

    @Override
    public List<App> apps() {
        return apps.all();
    }

    @Override
    public Traffic traffic() {
        return traffic;
    }

    @Override
    public Channels channels() {
        return channels;
    }

    @Override
    public GatewayFacts facts() {
        Phase phase =
                shutdownPhase.isStopping() ? Phase.STOPPING : shutdownPhase.isReady() ? Phase.READY : Phase.DRAINING;
        return new GatewayFacts(Version.TEXT, Runtime.version().toString(), container, started, phase, sessions.size());
    }

    @Override
    public Reload configuration() {
        return watcher == null ? null : watcher.last();
    }

    @Override
    public Instant certificateExpiry() {
        return certificateExpiry.get();
    }

    @Override
    public boolean drain(Replica replica) {
        return apps.drain(replica);
    }

    @Override
    public boolean maintain(Replica replica) {
        return apps.maintain(replica);
    }

    @Override
    public void end(SessionObserver session) {
        sessions.forget(session.id());
        session.end(Outcome.ENDED_BY_ADMIN);
    }

    @Override
    public void closeSessions(App app) {
        Duration spread = sessions.timeouts().closeSpread();
        sessions.end(app.replicas()::contains, Outcome.MAINTENANCE, spread);
    }

    @Override
    public int endSubscriptions(String user) {
        return channels.end(user, Outcome.ENDED_BY_ADMIN);
    }

    @Override
    public ActionResult reload() {
        if (watcher == null) {
            return ActionResult.failed("there is no configuration file");
        }
        try {
            Reload reload = watcher.reloadNow();
            return reload.applied()
                    ? ActionResult.done("the configuration was read from " + reload.file())
                    : ActionResult.failed("the configuration was rejected: " + String.join("; ", reload.problems()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ActionResult.failed("interrupted");
        }
    }

    @Override
    public ActionResult setLogLevel(String level) {
        return logLevel != null && logLevel.test(level)
                ? ActionResult.done("the log level is " + level)
                : ActionResult.failed("the level is configured elsewhere: in the container, or by java.util.logging");
    }
}
