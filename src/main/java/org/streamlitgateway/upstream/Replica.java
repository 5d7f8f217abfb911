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
    private static final Duration PRESENCE_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final Supplier<HostPort> address;
    private final boolean watched;
    private final HealthProbe page;
    private final Duration presenceTimeout;
    private final BasePath basePath;
    private final ReplicaLoad load;
    private final DrainState departure;
    private final HealthState vitals = new HealthState();
    private final HandshakeLimiter handshakes;
    private final RateLimitedLog failures = new RateLimitedLog();
    private final AtomicBoolean checking = new AtomicBoolean();

    /** The last question of {@link #presence}; guarded by this. */
    private CompletableFuture<Presence> presence;

    private long presenceAskedNanos;

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
        presenceTimeout = client.connectTimeout().plus(PRESENCE_TIMEOUT);
        basePath = new BasePath(prefix, strip, page);
        load = new ReplicaLoad(client.scheduler());
        departure = new DrainState(load);
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

    public DrainState departure() {
        return departure;
    }

    public boolean isUp() {
        return vitals.isUp();
    }

    /**
     * Whether the sessions that it had are still there, as far as can be known. One that is too busy to say that it is
     * well has them; after a minute it is not waited for any more.
     */
    public boolean mayHoldSessions() {
        return vitals.mayHoldSessions();
    }

    /** Whether nobody has asked for its health yet. */
    public boolean isNew() {
        return vitals.isNew();
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
        if (vitals.count(well, reached, health)) {
            LOG.atLevel(well ? Level.INFO : Level.WARN).log("replica {} is {}", address(), well ? "up" : "down");
        }
        if (!well) {
            lost();
        }
    }

    /** A connection was refused: it is down at once, if somebody will see it rise again. */
    public void refused() {
        lost();
        if (vitals.refused(watched)) {
            LOG.warn("replica {} is down: it refused a connection", address());
        }
    }

    /** It could not be reached, or did not answer. */
    public void lost() {
        basePath.lost();
    }

    /** What can be found out of one that says nothing on a connection. */
    public enum Presence {
        /** Its address accepts no connections. */
        GONE,
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
    public CompletableFuture<Presence> presence(Duration maxAge) {
        CompletableFuture<Presence> question;
        synchronized (this) {
            boolean fresh = System.nanoTime() - presenceAskedNanos < maxAge.toNanos();
            if (presence != null && (fresh || !presence.isDone())) {
                return presence;
            }
            question = new CompletableFuture<>();
            presence = question;
            presenceAskedNanos = System.nanoTime();
        }
        page.ask(basePath.asked(), presenceTimeout).thenAccept(answer -> question.complete(presence(answer)));
        return question;
    }

    private static Presence presence(HealthProbe.Answer answer) {
        if (answer.status() == 200) { // not a balancer's 504
            return Presence.ANSWERS;
        }
        return answer.unreachable() ? Presence.GONE : Presence.BUSY;
    }
}
