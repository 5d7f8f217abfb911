package org.streamlitgateway.websocket;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.websocket.peer.PeerLiveness;
import org.streamlitgateway.websocket.peer.PeerLiveness.Result;
import org.streamlitgateway.websocket.peer.PendingCloses;

/**
 * All sessions of the gateway: counts them, keeps them alive, closes the connection that a resumed session left behind,
 * and ends them on a drain or a stop. Thread-safe.
 *
 * <pre>
 *   call       then the relay                                                    followed by
 *   admitted   holds a share of its client's quota                               handshakeFailed, assigned, ended
 *   assigned   counts for its replica's load; its claimed session is indexed     opening, ended
 *   opening    ends unless it opens within OPEN_MILLIS                           opened, settled, ended
 *   opened     is kept alive, and ended by a drain or a stop                     ended
 *   ended      is removed from everything; idempotent                            -
 * </pre>
 */
public final class SessionRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(SessionRegistry.class);

    /** Time for the container to write the 101 and open the session. */
    private static final long OPEN_MILLIS = 5000;

    /** Extra pong timeout of a browser for each unacknowledged byte: a slow link carries 16 KB a second. */
    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / (16 * 1024);

    /** Time for the pong of a Streamlit that was busy and has just answered a health check. */
    private static final long PONG_AFTER_PROBE_MILLIS = 5000;

    private final Set<Relay> open = ConcurrentHashMap.newKeySet();

    /**
     * Relays accepted but not open yet, with the task that ends them. A container opens a session after it has sent the
     * 101.
     */
    private final ConcurrentHashMap<Relay, Scheduler.Task> opening = new ConcurrentHashMap<>();

    private final SessionIndex index = new SessionIndex();
    private final AtomicLong names = new AtomicLong();
    private final ForgottenSessions forgotten = new ForgottenSessions();
    private final ConcurrentHashMap<Relay, Route> routes = new ConcurrentHashMap<>();

    /** Shares of the clients' session quotas, held from the handshake on. */
    private final ConcurrentHashMap<Relay, Quota.Share> shares = new ConcurrentHashMap<>();

    private final Scheduler scheduler;
    private final Executor blocking;
    private volatile Timeouts timeouts;
    private volatile long maxMessageBytes = Long.MAX_VALUE;
    private volatile boolean stopped;
    private final PendingCloses pendingCloses;

    /** @param blocking runs calls that may wait for a slow browser */
    public SessionRegistry(Scheduler scheduler, Executor blocking, Timeouts timeouts) {
        this.scheduler = scheduler;
        this.blocking = blocking;
        this.pendingCloses = new PendingCloses(blocking);
        this.timeouts = timeouts;
    }

    /** Sets the timeouts of waits that start after this call. */
    public void setTimeouts(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    /** Sets the size limit of one message from a browser; applies to sessions that open after this call. */
    public void setMaxMessageBytes(long bytes) {
        maxMessageBytes = bytes;
    }

    public long maxMessageBytes() {
        return maxMessageBytes;
    }

    /** Schedules the next keep-alive check of all open sessions. */
    public void start() {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong(), timeouts.stall());
        scheduler.schedule(this::keepAlive, period, TimeUnit.MILLISECONDS);
    }

    /** Ends all sessions because the gateway stops, spread evenly over the given time. */
    public void stop(Duration spread) {
        stopped = true;
        end(List.copyOf(open), Outcome.STOPPING, spread);
    }

    /**
     * Ends the sessions of these replicas, spread evenly over the given time. Their browsers reconnect to other
     * replicas.
     */
    public void end(Predicate<Replica> replicas, Duration spread) {
        end(replicas, Outcome.MOVED, spread);
    }

    /** Ends the sessions of these replicas with an outcome, spread evenly over the given time. */
    public void end(Predicate<Replica> replicas, Outcome outcome, Duration spread) {
        List<Relay> selected =
                open.stream().filter(relay -> isWith(relay, replicas)).toList();
        end(selected, outcome, spread);
    }

    private boolean isWith(Relay relay, Predicate<Replica> replicas) {
        Route route = routes.get(relay);
        return route != null && replicas.test(route.replica());
    }

    private void end(List<Relay> relays, Outcome outcome, Duration spread) {
        long gapNanos = spread.toNanos() / Math.max(1, relays.size());
        for (int i = 0; i < relays.size(); i++) {
            Relay relay = relays.get(i);
            schedule(() -> relay.end(outcome, null), i * gapNanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Ends all remaining sessions at once. Waits, briefly, until the close frames to browsers have been sent: the
     * container closes the WebSockets that it finds open with a close code of its own.
     */
    public void stop() {
        stopped = true;
        open.forEach(relay -> relay.end(Outcome.STOPPING, null));
        opening.keySet().forEach(relay -> relay.end(Outcome.STOPPING, null));
        pendingCloses.await(opening::isEmpty);
    }

    /** Lets no browser resume the session with this id; nothing happens if it is {@code null}. */
    public void forget(String sessionId) {
        if (sessionId != null) {
            forgotten.add(sessionId);
        }
    }

    /** Returns whether an operator has ended the session with this id, which may be {@code null}. */
    boolean isForgotten(String sessionId) {
        return sessionId != null && forgotten.contains(sessionId);
    }

    public int size() {
        return open.size();
    }

    /** Returns the name of a new session in the log; no other one has it. */
    String nextName() {
        return "WebSocket " + names.incrementAndGet();
    }

    /** Records the relay's share of its client's session quota. */
    void admitted(Relay relay, Quota.Share share) {
        shares.put(relay, share);
        if (relay.isEnded()) {
            releaseShare(relay);
        }
    }

    /** Removes a relay whose handshake with Streamlit failed or was refused. */
    void handshakeFailed(Relay relay) {
        releaseShare(relay);
    }

    private void releaseShare(Relay relay) {
        Quota.Share share = shares.remove(relay);
        if (share != null) {
            share.release();
        }
    }

    /**
     * Assigns a relay that is about to open to the replica of its route.
     *
     * @param claimedSession id of the session that the browser asks to resume, or {@code null}
     */
    void assigned(Relay relay, Route route, String claimedSession) {
        route.replica().load().sessionOpened(route.visitor());
        routes.put(relay, route);
        if (claimedSession != null) {
            index.claimed(relay, route.replica(), claimedSession);
        }
        if (relay.isEnded()) {
            ended(relay);
        }
    }

    /** Called before the container accepts the browser. */
    public void opening(Relay relay) {
        opening.put(relay, schedule(relay::endUnlessOpen, OPEN_MILLIS, TimeUnit.MILLISECONDS));
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        }
    }

    /** Called when an accepted browser has connected, or cannot connect any more. */
    public void settled(Relay relay) {
        Scheduler.Task endUnlessOpen = opening.remove(relay);
        if (endUnlessOpen != null) {
            endUnlessOpen.cancel(); // releases the timer's reference to the session
            pendingCloses.changed();
        }
    }

    /** Called when both sides of the relay are open. */
    public void opened(Relay relay) {
        open.add(relay);
        settled(relay);
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        } else if (isWith(relay, replica -> replica.drainState().isOver())) {
            relay.end(Outcome.MOVED, null); // it was opening when the others were ended
        }
        if (relay.isEnded()) {
            remove(relay); // it ended while it was being added
        }
    }

    /**
     * Called when a message of Streamlit's names the relay's session. If the browser had asked to resume that session,
     * the connection that carried it before is closed, which Streamlit does not do. A browser's claim alone closes
     * nothing.
     */
    public void identified(Relay relay, String sessionId) {
        Route route = routes.get(relay);
        if (route != null) {
            index.confirmed(relay, route.replica(), sessionId).forEach(previous -> previous.end(Outcome.RESUMED, null));
            if (relay.isEnded()) {
                index.remove(relay);
            }
        }
    }

    /** Returns the replica at this prefix that has an open session with this id, or {@code null}. */
    public Replica holder(String sessionId, String prefix) {
        return index.holders(sessionId).stream()
                .map(routes::get)
                .filter(route -> route != null && route.prefix().equals(prefix))
                .map(Route::replica)
                .findFirst()
                .orElse(null);
    }

    private void remove(Relay relay) {
        open.remove(relay);
        Route route = routes.remove(relay);
        if (route != null) {
            route.replica().load().sessionClosed(route.visitor());
        }
    }

    /** Called when the relay has ended. */
    public void ended(Relay relay) {
        remove(relay);
        releaseShare(relay);
        index.remove(relay);
    }

    /** Runs a task that may wait for a slow browser. */
    public void execute(Runnable task) {
        blocking.execute(task);
    }

    /** Runs a task that closes a browser's WebSocket; {@link #stop} waits for it. */
    public void submitClose(Runnable closing) {
        pendingCloses.submit(closing);
    }

    /** Schedules a task. The timer references it, and all that it references, until it has run or is cancelled. */
    public Scheduler.Task schedule(Runnable task, long delay, TimeUnit unit) {
        return scheduler.schedule(task, delay, unit);
    }

    /**
     * Schedules a task on a subject that has usually become garbage by then. The timer holds the subject weakly,
     * because a closed session can still have large buffers.
     */
    public <T> void schedule(T subject, Consumer<T> task, long delayMillis) {
        WeakReference<T> reference = new WeakReference<>(subject);
        scheduler.schedule(
                () -> {
                    T reachable = reference.get();
                    if (reachable != null) {
                        task.accept(reachable);
                    }
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /**
     * Checks whether the browser is alive, and ends the session if it is silent.
     *
     * @param unacknowledged bytes that the browser has to receive before a ping
     * @return whether to send a ping
     */
    public boolean checkBrowser(Relay relay, PeerLiveness browser, long unacknowledged, long nowNanos) {
        long extraNanos = Math.min(timeouts.stall().toNanos(), unacknowledged * NANOS_PER_BYTE);
        Result result = browser.check(nowNanos, timeouts.pingInterval(), timeouts.pong(), extraNanos);
        if (result == Result.SILENT) {
            relay.end(Outcome.SILENT, null);
        }
        return result == Result.PING_DUE;
    }

    /**
     * Checks whether Streamlit is alive. A silent Streamlit may only be busy, in a call that holds Python's GIL or at a
     * breakpoint. The session is kept up to the stall timeout while the replica accepts connections, because a new
     * session would run the same script from its beginning.
     *
     * @return whether to send a ping
     */
    public boolean checkStreamlit(Relay relay, PeerLiveness streamlit, long nowNanos) {
        Result result = streamlit.check(nowNanos, timeouts.pingInterval(), timeouts.pong());
        if (result == Result.SILENT) {
            Route route = routes.get(relay);
            if (route == null || streamlit.waitedNanos() > timeouts.stall().toNanos()) {
                relay.end(Outcome.SILENT, null);
            } else {
                route.replica().probe(timeouts.pong()).thenAccept(found -> judge(relay, streamlit, found));
            }
        }
        return result == Result.PING_DUE;
    }

    private void judge(Relay relay, PeerLiveness streamlit, Replica.ProbeResult found) {
        switch (found) {
            case UNREACHABLE -> endIfAwaited(relay, streamlit);
            // this connection is broken, unless Streamlit was busy and is about to answer the ping
            case ANSWERS ->
                schedule(() -> endIfAwaited(relay, streamlit), PONG_AFTER_PROBE_MILLIS, TimeUnit.MILLISECONDS);
            case BUSY -> {}
        }
    }

    private static void endIfAwaited(Relay relay, PeerLiveness streamlit) {
        if (streamlit.isAwaited()) {
            relay.end(Outcome.SILENT, null);
        }
    }

    private void keepAlive() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        try {
            for (Relay relay : open) {
                keepAlive(relay, now);
            }
        } finally {
            start(); // in any case: blocked threads rely on the stall timeout
        }
    }

    private static void keepAlive(Relay relay, long now) {
        try {
            relay.keepAlive(now);
        } catch (RuntimeException e) {
            relay.end(Outcome.LOST, e);
        } catch (OutOfMemoryError e) { // such as for a new thread
            LOG.warn("{}: cannot check whether the peers are alive: {}", relay.name(), e.toString());
        }
    }
}
