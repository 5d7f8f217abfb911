package org.streamlitgateway.upstream;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.config.AppConfig.Strip;
import org.streamlitgateway.config.GatewayConfig.Health;
import org.streamlitgateway.config.HostPort;

/**
 * One Streamlit server as the gateway sees it: where it is, and whether it wants to be asked with the path prefix
 * (it was started with {@code server.baseUrlPath}) or without. Thread-safe.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int MAX_HEALTH_BYTES = 1024;
    private static final long HEALTH_TIMEOUT_MILLIS = 5000;
    private static final String HEALTH = "/_stcore/health";
    private static final Duration LONGEST_UNWELL = Duration.ofMinutes(1);

    /** From the page to its WebSocket. */
    private static final long EXPECTED_MILLIS = 5000;

    private final Supplier<HostPort> address;
    private final String prefix;
    private final UpstreamClient client;
    private final boolean asks;
    private final String name;
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger expected = new AtomicInteger();
    private final Map<String, Integer> visitors = new ConcurrentHashMap<>();
    private volatile long lastChosen;
    private volatile boolean awaited;

    /** The drain that goes on; {@code null} when new visitors are welcome. */
    private volatile Drain drain;

    private volatile boolean retired;

    /** Whether anybody would notice that it is up again. */
    private final boolean watched;

    private final AtomicBoolean checking = new AtomicBoolean();

    /** The last question of {@link #presence}; guarded by this. */
    private CompletableFuture<Presence> presence;

    private long presenceAskedNanos;

    private volatile boolean up = true;
    /** Answers in a row; guarded by this. */
    private int good;

    private int bad;

    /** When the first of the bad answers came; guarded by this. */
    private long badSinceNanos;

    /** Whether it could be connected to the last time; guarded by this. */
    private boolean reachable = true;

    /** What was found out about the prefix; {@code null} until asked, and again after the replica was lost. */
    private volatile CompletableFuture<Boolean> strips;

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
        this.prefix = prefix;
        this.client = client;
        this.watched = watched;
        this.asks = strip == Strip.AUTO && !prefix.isEmpty();
        this.strips = asks ? null : CompletableFuture.completedFuture(strip != Strip.NO);
    }

    public HostPort address() {
        return address.get();
    }

    public String name() {
        return name;
    }

    // --- load

    /** Open sessions, and visitors whose page is on its way. */
    public int load() {
        return sessions.get() + expected.get();
    }

    /** Somebody is about to open a session here. */
    public void awaited() {
        awaited = true;
    }

    /** Whether anybody was, since this was asked last, or has a session now. */
    public boolean isUsed() {
        boolean was = awaited;
        awaited = false;
        return was || sessions() > 0;
    }

    public int sessions() {
        return sessions.get();
    }

    public long lastChosen() {
        return lastChosen;
    }

    /** A visitor was sent here whose session will open soon, or never. */
    public void expect() {
        lastChosen = System.nanoTime();
        expected.incrementAndGet();
        client.scheduler().schedule(expected::decrementAndGet, EXPECTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    public void opened(String visitor) {
        sessions.incrementAndGet();
        visitors.merge(visitor, 1, Integer::sum);
    }

    public void closed(String visitor) {
        sessions.decrementAndGet();
        visitors.computeIfPresent(visitor, (v, count) -> count == 1 ? null : count - 1);
    }

    /** Whether a session of this visitor is open here. */
    public boolean serves(String visitor) {
        return visitors.containsKey(visitor);
    }

    // --- taking leave

    /** One drain, from its begin to its end. */
    public static final class Drain {
        private volatile boolean over;
        private volatile boolean toldEmpty;

        private Drain() {}
    }

    /** From now on, no new visitors. Returns the drain, for {@link #endDrain}; {@code null} when one is on already. */
    public synchronized Drain beginDrain() {
        if (drain != null) {
            return null;
        }
        drain = new Drain();
        return drain;
    }

    /** The time of a drain is up: the visitors that are left must go elsewhere. False when it was called off. */
    public synchronized boolean endDrain(Drain ended) {
        ended.over = true;
        return drain == ended;
    }

    /** New visitors are welcome again. */
    public synchronized void callOffDrain() {
        drain = null;
    }

    /** Whether new visitors are to go elsewhere. */
    public boolean isDraining() {
        return drain != null;
    }

    /** True once in a drain: when nobody is left. */
    public boolean hasJustEmptied() {
        Drain on = drain;
        if (on == null || on.toldEmpty || sessions() > 0) {
            return false;
        }
        on.toldEmpty = true;
        return true;
    }

    /** It is no longer named by the configuration. */
    public void retire() {
        retired = true;
    }

    /** Whether nobody may stay: it has been taken out, or the time of its drain is up. */
    public boolean isLeft() {
        Drain on = drain;
        return retired || on != null && on.over;
    }

    // --- health

    public boolean isUp() {
        return up;
    }

    /**
     * Whether the sessions that it had are still there, as far as can be known. One that is too busy to say that it is
     * well has them; after {@link #LONGEST_UNWELL} it is not waited for any more.
     */
    public synchronized boolean mayHoldSessions() {
        return up || reachable && System.nanoTime() - badSinceNanos < LONGEST_UNWELL.toNanos();
    }

    /** Whether nobody has asked for its health yet. */
    public synchronized boolean isNew() {
        return good == 0 && bad == 0;
    }

    /** Asks for its health and counts the answer. */
    public void check(Health health) {
        if (!checking.compareAndSet(false, true)) {
            return; // a slow answer is one answer
        }
        find().whenComplete((stripping, never) -> {
            if (isKnown()) {
                ask(health);
            } else {
                count(false, false, health);
            }
        });
    }

    private void ask(Health health) {
        client.http()
                .newRequest(address().host(), address().port())
                .path((stripsPrefix() ? "" : prefix) + HEALTH)
                .tag(UpstreamClient.FRESH)
                .timeout(health.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .send(new BufferingResponseListener(MAX_HEALTH_BYTES) {
                    @Override
                    public void onComplete(Result result) {
                        boolean well = result.isSucceeded()
                                && result.getResponse().getStatus() == 200
                                && "ok".equals(getContentAsString().trim());
                        count(well, !result.isFailed() || !isOfConnecting(result.getFailure()), health);
                    }
                });
    }

    private static boolean isOfConnecting(Throwable failure) {
        return failure instanceof ConnectException || failure instanceof SocketTimeoutException;
    }

    /** What can be found out of one that says nothing on a connection. */
    public enum Presence {
        /** Its address accepts no connections. */
        GONE,
        /** It accepts them, and says nothing there either. */
        BUSY,
        /** It says there that it is well. */
        ANSWERS
    }

    /**
     * Completes, always normally, with what is found when its health is asked for. One question at a time is asked for
     * all sessions.
     *
     * @param maxAge how long an answer holds
     */
    public CompletableFuture<Presence> presence(Duration maxAge) {
        CompletableFuture<Presence> answer;
        synchronized (this) {
            boolean fresh = System.nanoTime() - presenceAskedNanos < maxAge.toNanos();
            if (presence != null && (fresh || !presence.isDone())) {
                return presence;
            }
            answer = new CompletableFuture<>();
            presence = answer;
            presenceAskedNanos = System.nanoTime();
        }
        AtomicBoolean connected = new AtomicBoolean();
        try {
            client.http()
                    .newRequest(address().host(), address().port())
                    .path((stripsPrefix() ? "" : prefix) + HEALTH)
                    .tag(UpstreamClient.FRESH)
                    .timeout(client.http().getConnectTimeout() + HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .onRequestBegin(request -> connected.set(true))
                    .send(result -> {
                        Presence unanswered = connected.get() ? Presence.BUSY : Presence.GONE;
                        boolean answered =
                                result.isSucceeded() && result.getResponse().getStatus() == 200; // not a balancer's 504
                        answer.complete(answered ? Presence.ANSWERS : unanswered);
                    });
        } catch (RuntimeException unasked) {
            LOG.warn("{} cannot be asked", address(), unasked);
            answer.complete(Presence.BUSY);
        }
        return answer;
    }

    private void count(boolean well, boolean reached, Health health) {
        checking.set(false);
        boolean wasUp;
        synchronized (this) {
            reachable = reached;
            badSinceNanos = bad == 0 ? System.nanoTime() : badSinceNanos;
            wasUp = up;
            good = well ? good + 1 : 0;
            bad = well ? 0 : bad + 1;
            up = wasUp ? bad < health.fall() : good >= health.rise();
        }
        if (wasUp != up) {
            LOG.atLevel(up ? Level.INFO : Level.WARN).log("replica {} is {}", address(), up ? "up" : "down");
        }
        if (!well) {
            lost();
        }
    }

    /** A connection was refused: it is down at once, if somebody will see it rise again. */
    public void refused() {
        lost();
        boolean ejected;
        synchronized (this) {
            reachable = !watched;
            ejected = watched && up;
            up = up && !ejected;
            good = 0;
        }
        if (ejected) {
            LOG.warn("replica {} is down: it refused a connection", address());
        }
    }

    // --- prefix

    /** Whether {@link #stripsPrefix()} can be asked without waiting. */
    public boolean isKnown() {
        CompletableFuture<Boolean> known = strips;
        return known != null && known.isDone();
    }

    /**
     * Whether the prefix is taken off. Streamlit answers {@code PREFIX/_stcore/health} with 404 unless it was started
     * with that prefix as its {@code server.baseUrlPath}.
     */
    public boolean stripsPrefix() {
        CompletableFuture<Boolean> known = strips;
        return known == null || known.getNow(true);
    }

    /** Completes, always normally, when {@link #stripsPrefix()} is known or the question came to nothing. */
    public CompletableFuture<Boolean> find() {
        synchronized (this) {
            if (strips == null) {
                strips = ask();
            }
            return strips;
        }
    }

    /** The replica could not be reached; it may come back started otherwise. */
    public void lost() {
        synchronized (this) {
            if (asks && isKnown()) {
                strips = null;
            }
        }
    }

    private CompletableFuture<Boolean> ask() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        client.http()
                .newRequest(address().host(), address().port())
                .path(prefix + HEALTH)
                .timeout(HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .idleTimeout(HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .send(new BufferingResponseListener(MAX_HEALTH_BYTES) {
                    @Override
                    public void onComplete(Result result) {
                        boolean withPrefix = result.isSucceeded()
                                && result.getResponse().getStatus() == 200
                                && "ok".equals(getContentAsString().trim());
                        if (result.isFailed()) {
                            lost(answer);
                        } else {
                            LOG.debug("{} is asked {} {}", address(), withPrefix ? "with" : "without", prefix);
                        }
                        answer.complete(!withPrefix);
                    }
                });
        return answer;
    }

    private void lost(CompletableFuture<Boolean> answer) {
        synchronized (this) {
            if (strips == answer) {
                strips = null;
            }
        }
    }
}
