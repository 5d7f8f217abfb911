package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Strip;
import org.streamlitgateway.config.GatewayConfig.Health;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * One Streamlit server: its address, health, load, and whether it is being drained. Survives configuration reloads.
 * Thread-safe.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** Timeout of a probe, in addition to the connect timeout. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final Supplier<HostPort> address;
    private final boolean checked;
    private final HealthProbe healthProbe;
    private final Duration probeTimeout;
    private final BasePath basePath;
    private final ReplicaLoad load;
    private final DrainState drainState;
    private final HealthState healthState = new HealthState();

    /** Whether a replica without health checks refused the last connection. */
    private volatile boolean refusing;

    /** Whether the replica has ever answered. */
    private volatile boolean answered;

    private final HandshakeLimiter handshakes;
    private final FailureSpell spell = new FailureSpell();
    private final RateLimitedLog failures = new RateLimitedLog();
    private final AtomicBoolean checking = new AtomicBoolean();

    /** The latest probe; guarded by this, as is its start time. */
    private CompletableFuture<ProbeResult> lastProbe;

    private long probedNanos;

    /**
     * Created when a configuration first names the replica.
     *
     * @param name identifies the replica in sticky cookies; must be the same in all gateways
     * @param address supplies the current address; that of a managed app's replica may change
     * @param prefix path prefix of the app
     * @param checked whether {@link #check} is called periodically, so that a replica that is down can rise again
     */
    public Replica(
            String name,
            Supplier<HostPort> address,
            String prefix,
            Strip strip,
            boolean checked,
            UpstreamClient client) {
        this.name = name;
        this.address = address;
        this.checked = checked;
        handshakes = new HandshakeLimiter(address);
        healthProbe = new HealthProbe(client, address);
        probeTimeout = client.connectTimeout().plus(PROBE_TIMEOUT);
        basePath = new BasePath(prefix, strip, healthProbe);
        load = new ReplicaLoad(client.scheduler());
        drainState = new DrainState(load);
    }

    public String name() {
        return name;
    }

    public HostPort address() {
        return address.get();
    }

    /** Returns whether the value of {@link #isPrefixStripped} is known. */
    public boolean isBasePathKnown() {
        return basePath.isKnown();
    }

    /** Probes for the base path. Completes, always normally, when it is known or cannot be determined now. */
    public CompletableFuture<Boolean> findBasePath() {
        return basePath.find();
    }

    /** Returns whether the app's prefix is stripped from paths sent to this replica. */
    public boolean isPrefixStripped() {
        return basePath.isStripped();
    }

    public ReplicaLoad load() {
        return load;
    }

    /**
     * Runs a WebSocket handshake now, or later if too many are in progress. {@link #handshakeAnswered} must follow each
     * that was run.
     *
     * @return false if the queue is full
     */
    public boolean enterHandshake(Runnable handshake) {
        return handshakes.enter(handshake);
    }

    /** Withdraws a waiting handshake; does nothing if it was run already. */
    public void withdrawHandshake(Runnable handshake) {
        handshakes.withdraw(handshake);
    }

    /** Ends a handshake that was run, answered or abandoned. */
    public void handshakeAnswered() {
        handshakes.answered();
    }

    /** Logs, once a minute, that a handshake waited too long or could not be queued. */
    public void handshakeRefused() {
        handshakes.refused();
    }

    /**
     * Counts a request or handshake that failed.
     *
     * @param kind from a closed set
     * @return whether to log it: the first one of a kind since the replica last answered
     */
    public boolean requestFailed(String kind) {
        return spell.failed(kind);
    }

    /** Returns the limiter of other log lines about requests and handshakes. */
    public RateLimitedLog failures() {
        return failures;
    }

    public DrainState drainState() {
        return drainState;
    }

    public boolean isUp() {
        return healthState.isUp();
    }

    /**
     * Returns whether the replica's sessions may still exist. An unhealthy replica that accepts connections may just be
     * busy; its sessions are given up after a minute.
     */
    public boolean mayHoldSessions() {
        return healthState.mayHoldSessions();
    }

    /** Returns whether no check has completed yet. */
    public boolean isNew() {
        return healthState.isNew();
    }

    /** Returns whether the replica serves visitors. */
    public ReplicaState state() {
        if (drainState.isInMaintenance()) {
            return ReplicaState.MAINTENANCE;
        }
        if (!isUp() || refusing) {
            return ReplicaState.DOWN;
        }
        if (drainState.isDraining()) {
            return ReplicaState.DRAINING;
        }
        return answered ? ReplicaState.UP : ReplicaState.UNKNOWN;
    }

    /** Returns the latest failed check or refused connection; {@code null} if there was none. */
    public ReplicaFailure lastFailure() {
        return healthState.lastFailure();
    }

    /** Checks the health, unless a check is in progress, and counts the result. */
    public void check(Health health) {
        if (!checking.compareAndSet(false, true)) {
            return; // a slow response counts once
        }
        basePath.find().thenAccept(known -> {
            healthProbe
                    .send(basePath.upstreamPrefix(), health.timeout())
                    .thenAccept(response -> count(response, health));
        });
    }

    private void count(HealthProbe.Response response, Health health) {
        checking.set(false);
        boolean healthy = response.isHealthy();
        if (healthState.count(healthy, !response.unreachable(), health)) {
            if (healthy) {
                LOG.info("replica {} is up", address());
            } else {
                LOG.warn("replica {} is down: {}", address(), response.reason());
            }
        }
        if (healthy) {
            answered = true;
        } else {
            healthState.failed(response.reason());
            connectionLost();
        }
    }

    /** Takes the replica down at once after a refused connection, if checks can bring it up again. */
    public void connectionRefused() {
        connectionLost();
        healthState.failed("it refused a connection");
        boolean ejected = healthState.connectionRefused(checked);
        if (ejected || !checked && !refusing) {
            LOG.warn("replica {} is down: it refused a connection", address());
        }
        refusing = !checked;
    }

    /** Called for each response; logs that a replica without health checks accepts connections again. */
    public void responded() {
        if (!answered) {
            answered = true;
        }
        int failed = spell.ended();
        if (failed > 0) {
            LOG.info("replica {} answers again, after {} failed requests", address(), failed);
        }
        if (refusing) {
            refusing = false;
            LOG.info("replica {} is up", address());
        }
    }

    /** Notes that the replica was unreachable or did not respond: it may be restarted with another base path. */
    public void connectionLost() {
        basePath.connectionLost();
    }

    /** Result of probing a replica whose connection has gone silent. */
    public enum ProbeResult {
        /** The replica's address accepts no connections. */
        UNREACHABLE,
        /** The replica accepts connections but does not respond. */
        BUSY,
        /** The replica responds on a new connection. */
        ANSWERS
    }

    /**
     * Probes the replica with a health check. Completes, always normally. Concurrent callers share one probe.
     *
     * @param maxAge maximum age of an earlier result that may be returned
     */
    public CompletableFuture<ProbeResult> probe(Duration maxAge) {
        CompletableFuture<ProbeResult> started;
        synchronized (this) {
            boolean fresh = System.nanoTime() - probedNanos < maxAge.toNanos();
            if (lastProbe != null && (fresh || !lastProbe.isDone())) {
                return lastProbe;
            }
            started = new CompletableFuture<>();
            lastProbe = started;
            probedNanos = System.nanoTime();
        }
        healthProbe
                .send(basePath.upstreamPrefix(), probeTimeout)
                .thenAccept(response -> started.complete(result(response)));
        return started;
    }

    private static ProbeResult result(HealthProbe.Response response) {
        if (response.status() == 200) { // a load balancer's 504 is no answer
            return ProbeResult.ANSWERS;
        }
        return response.unreachable() ? ProbeResult.UNREACHABLE : ProbeResult.BUSY;
    }
}
