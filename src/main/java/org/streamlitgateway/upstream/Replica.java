package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.config.AppConfig.Strip;
import org.streamlitgateway.config.GatewayConfig.Health;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * One Streamlit server as the gateway sees it: where it is, how it is, whom it serves, and whether it is being taken out
 * of service. Thread-safe.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** On top of the time that connecting may take. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final Supplier<HostPort> address;
    private final boolean watched;
    private final HealthProbe page;
    private final Duration probeTimeout;
    private final BasePath basePath;
    private final ReplicaLoad load;
    private final DrainState drainState;
    private final HealthState healthState = new HealthState();
    private final HandshakeLimiter handshakes;
    private final RateLimitedLog failures = new RateLimitedLog();
    private final AtomicBoolean checking = new AtomicBoolean();

    /** The last question of {@link #probe}; guarded by this. */
    private CompletableFuture<ProbeResult> lastProbe;

    private long probedNanos;

    /**
     * Made when a configuration first names it.
     *
     * @param name stands for it in visitors' cookies, and is the same in every gateway
     * @param address where it is; one that is started by the gateway may move
     * @param watched whether {@link #check} is called from time to time, so that it may be taken for down
     */
    public Replica(
            String name,
            Supplier<HostPort> address,
            String prefix,
            Strip strip,
            boolean watched,
            UpstreamClient client) {
        this.name = name;
        this.address = address;
        this.watched = watched;
        handshakes = new HandshakeLimiter(address);
        page = new HealthProbe(client, address);
        probeTimeout = client.connectTimeout().plus(PROBE_TIMEOUT);
        basePath = new BasePath(prefix, strip, page);
        load = new ReplicaLoad(client.scheduler());
        drainState = new DrainState(load);
    }

    public String name() {
        return name;
    }

    public HostPort address() {
        return address.get();
    }

    /** Whether {@link #isPrefixStripped} is known without asking Streamlit. */
    public boolean isBasePathKnown() {
        return basePath.isKnown();
    }

    /** Completes, always normally, when {@link #isPrefixStripped} is known or cannot be found out now. */
    public CompletableFuture<Boolean> findBasePath() {
        return basePath.find();
    }

    /** Whether the app's prefix is stripped from paths sent to this Streamlit. */
    public boolean isPrefixStripped() {
        return basePath.isStripped();
    }

    public ReplicaLoad load() {
        return load;
    }

    /**
     * Runs a WebSocket handshake now, or when it is its turn; {@link #handshakeAnswered} must follow each that was run.
     *
     * @return false when too many wait already
     */
    public boolean enterHandshake(Runnable handshake) {
        return handshakes.enter(handshake);
    }

    /** Withdraws a waiting handshake; does nothing if it was run already. */
    public void withdrawHandshake(Runnable handshake) {
        handshakes.leave(handshake);
    }

    /** Ends a handshake that was run, answered or abandoned. */
    public void handshakeAnswered() {
        handshakes.answered();
    }

    /** Logs, once a minute, that a handshake waited too long or could not be queued. */
    public void handshakeRefused() {
        handshakes.refused();
    }

    /** Which failures of requests and handshakes are due to be logged. */
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
     * Whether the sessions that it had are still there, as far as can be known. One that is too busy to say that it is
     * well has them; after a minute it is not waited for any more.
     */
    public boolean mayHoldSessions() {
        return healthState.mayHoldSessions();
    }

    /** Whether nobody has asked for its health yet. */
    public boolean isNew() {
        return healthState.isNew();
    }

    /** Asks for its health and counts the answer. */
    public void check(Health health) {
        if (!checking.compareAndSet(false, true)) {
            return; // a slow answer is one answer
        }
        basePath.find().thenAccept(found -> {
            page.ask(basePath.asked(), health.timeout())
                    .thenAccept(answer -> count(answer.isWell(), !answer.unreachable(), health));
        });
    }

    private void count(boolean well, boolean reached, Health health) {
        checking.set(false);
        if (healthState.count(well, reached, health)) {
            LOG.atLevel(well ? Level.INFO : Level.WARN).log("replica {} is {}", address(), well ? "up" : "down");
        }
        if (!well) {
            connectionLost();
        }
    }

    /** A connection was refused: it is down at once, if somebody will see it rise again. */
    public void connectionRefused() {
        connectionLost();
        if (healthState.refused(watched)) {
            LOG.warn("replica {} is down: it refused a connection", address());
        }
    }

    /** It could not be reached, or did not answer. */
    public void connectionLost() {
        basePath.lost();
    }

    /** What can be found out of one that says nothing on a connection. */
    public enum ProbeResult {
        /** Its address accepts no connections. */
        UNREACHABLE,
        /** It accepts them, and gives no answer of its own there either. */
        BUSY,
        /** It answers there. */
        ANSWERS
    }

    /**
     * Completes, always normally, with what is found when its health is asked for. One question at a time is asked for
     * all sessions.
     *
     * @param maxAge how long an answer holds
     */
    public CompletableFuture<ProbeResult> probe(Duration maxAge) {
        CompletableFuture<ProbeResult> question;
        synchronized (this) {
            boolean fresh = System.nanoTime() - probedNanos < maxAge.toNanos();
            if (lastProbe != null && (fresh || !lastProbe.isDone())) {
                return lastProbe;
            }
            question = new CompletableFuture<>();
            lastProbe = question;
            probedNanos = System.nanoTime();
        }
        page.ask(basePath.asked(), probeTimeout).thenAccept(answer -> question.complete(result(answer)));
        return question;
    }

    private static ProbeResult result(HealthProbe.Answer answer) {
        if (answer.status() == 200) { // not a balancer's 504
            return ProbeResult.ANSWERS;
        }
        return answer.unreachable() ? ProbeResult.UNREACHABLE : ProbeResult.BUSY;
    }
}
