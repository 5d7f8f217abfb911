package org.streamlitgateway.websocket;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
 * All open sessions of the gateway, however joined: keeps them alive, finds the one that a resumed session leaves behind,
 * ends them all.
 */
public final class SessionRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(SessionRegistry.class);

    /** Between the container's acceptance and the open session there is only the 101 to be written. */
    private static final long OPEN_MILLIS = 5000;

    /** What a slow browser may take for each byte that it has yet to take before a ping: 16 KB a second. */
    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / (16 * 1024);

    /** A Streamlit that was busy answers the question for its health, and then the ping. */
    private static final long ABOUT_TO_ANSWER_MILLIS = 5000;

    private final Set<Relay> open = ConcurrentHashMap.newKeySet();

    /**
     * Accepted, but not open yet, as a container opens a session only after the 101 has been sent; with what ends it
     * unless it opens.
     */
    private final ConcurrentHashMap<Relay, Scheduler.Task> opening = new ConcurrentHashMap<>();

    private final SessionIndex sessions = new SessionIndex();

    /** Where each was sent. */
    private final ConcurrentHashMap<Relay, Route> routes = new ConcurrentHashMap<>();

    /** What each has of its client's number of sessions, from its handshake on. */
    private final ConcurrentHashMap<Relay, Quota.Share> shares = new ConcurrentHashMap<>();

    private final Scheduler scheduler;
    private final Executor blocking;
    private volatile Timeouts timeouts;
    private volatile long maxMessageBytes = Long.MAX_VALUE;
    private volatile boolean stopped;
    private final PendingCloses pendingCloses;

    /**
     * Made once per gateway.
     *
     * @param blocking runs calls that may wait for a slow browser
     */
    public SessionRegistry(Scheduler scheduler, Executor blocking, Timeouts timeouts) {
        this.scheduler = scheduler;
        this.blocking = blocking;
        this.pendingCloses = new PendingCloses(blocking);
        this.timeouts = timeouts;
    }

    /** For what is waited for from now on. */
    public void setTimeouts(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    /** The most that one message of a browser's may have; for sessions that open from now on. */
    public void setMaxMessageBytes(long bytes) {
        maxMessageBytes = bytes;
    }

    public long maxMessageBytes() {
        return maxMessageBytes;
    }

    public void start() {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong(), timeouts.stall());
        scheduler.schedule(this::keepAlive, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Tells every browser and every Streamlit that the gateway goes away: one after another, evenly over the given time.
     */
    public void stop(Duration spread) {
        stopped = true;
        end(List.copyOf(open), Outcome.STOPPING, spread);
    }

    /** Ends the sessions with these replicas, one after another, so that their browsers come back to others. */
    public void end(Predicate<Replica> replicas, Duration spread) {
        List<Relay> some =
                open.stream().filter(relay -> isWith(relay, replicas)).toList();
        end(some, Outcome.MOVED, spread);
    }

    private boolean isWith(Relay relay, Predicate<Replica> replicas) {
        Route route = routes.get(relay);
        return route != null && replicas.test(route.replica());
    }

    private void end(List<Relay> all, Outcome why, Duration spread) {
        long gapNanos = spread.toNanos() / Math.max(1, all.size());
        for (int i = 0; i < all.size(); i++) {
            Relay relay = all.get(i);
            later(() -> relay.end(why, null), i * gapNanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Tells those that are left, at once. Returns when the browsers' close frames are out, for the container closes what
     * it finds open with a code of its own; slow browsers are not waited for.
     */
    public void stop() {
        stopped = true;
        open.forEach(relay -> relay.end(Outcome.STOPPING, null));
        opening.keySet().forEach(relay -> relay.end(Outcome.STOPPING, null));
        pendingCloses.await(opening::isEmpty);
    }

    public int size() {
        return open.size();
    }

    /** The relay takes this share of its client's sessions; {@link #ended} or {@link #refused} follows. */
    void counted(Relay relay, Quota.Share share) {
        shares.put(relay, share);
        if (relay.isEnded()) {
            refused(relay);
        }
    }

    /** Nothing came of the relay's handshake. */
    void refused(Relay relay) {
        Quota.Share share = shares.remove(relay);
        if (share != null) {
            share.release();
        }
    }

    /**
     * The relay is about to open; from now on it counts for the replica of that route.
     *
     * @param resumes the session that the browser wants back, or {@code null}
     */
    void place(Relay relay, Route route, String resumes) {
        route.replica().load().sessionOpened(route.visitor());
        routes.put(relay, route);
        if (resumes != null) {
            sessions.wanted(relay, route.replica(), resumes);
        }
        if (relay.isEnded()) {
            ended(relay);
        }
    }

    /** The container is about to accept the browser; {@link #opened} or {@link #settled} follows. */
    public void opening(Relay relay) {
        opening.put(relay, later(relay::endUnlessOpen, OPEN_MILLIS, TimeUnit.MILLISECONDS));
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        }
    }

    /** An accepted browser has come, or will not come any more. */
    public void settled(Relay relay) {
        Scheduler.Task unlessOpen = opening.remove(relay);
        if (unlessOpen != null) {
            unlessOpen.cancel(); // or the timer keeps the session until then
            pendingCloses.changed();
        }
    }

    public void opened(Relay relay) {
        open.add(relay);
        settled(relay);
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        } else if (isWith(relay, replica -> replica.drainState().isOver())) {
            relay.end(Outcome.MOVED, null); // it was on its way when the others were told
        }
        if (relay.isEnded()) {
            leave(relay); // it ended while it was being added
        }
    }

    /**
     * Streamlit names the session that a relay carries. When it is the one that the browser wanted back, what carried it
     * before is closed, for Streamlit does not do so; who only claims a session closes nothing.
     */
    public void learned(String sessionId, Relay relay) {
        Route route = routes.get(relay);
        if (route != null) {
            sessions.named(relay, route.replica(), sessionId).forEach(left -> left.end(Outcome.RESUMED, null));
            if (relay.isEnded()) {
                sessions.forget(relay);
            }
        }
    }

    /** The replica at this prefix that has an open session of this id, or {@code null}. */
    public Replica holder(String sessionId, String prefix) {
        return sessions.holders(sessionId).stream()
                .map(routes::get)
                .filter(route -> route != null && route.prefix().equals(prefix))
                .map(Route::replica)
                .findFirst()
                .orElse(null);
    }

    private void leave(Relay relay) {
        open.remove(relay);
        Route route = routes.remove(relay);
        if (route != null) {
            route.replica().load().sessionClosed(route.visitor());
        }
    }

    public void ended(Relay relay) {
        leave(relay);
        refused(relay);
        sessions.forget(relay);
    }

    /** Runs what may wait for a slow browser. */
    public void execute(Runnable task) {
        blocking.execute(task);
    }

    /** Runs the closing of a browser's side; {@link #stop} waits for it. */
    public void tell(Runnable closing) {
        pendingCloses.submit(closing);
    }

    /** Until its time has come, or it is cancelled, the timer keeps what the task knows. */
    public Scheduler.Task later(Runnable task, long delay, TimeUnit unit) {
        return scheduler.schedule(task, delay, unit);
    }

    /**
     * Like {@link #later(Runnable, long, TimeUnit)}, for one that nothing else may know any more by then: the timer
     * does not keep it, for in Tomcat a session that is over has 40 KB of buffers.
     */
    public <T> void later(T subject, Consumer<T> task, long delayMillis) {
        WeakReference<T> known = new WeakReference<>(subject);
        scheduler.schedule(
                () -> {
                    T still = known.get();
                    if (still != null) {
                        task.accept(still);
                    }
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    /**
     * Whether the browser is to be sent a ping; one that answers none is gone, and its session ends.
     *
     * @param underWay bytes that it has to take before it sees a ping
     */
    public boolean isBrowserPingDue(Relay relay, PeerLiveness browser, long underWay, long nowNanos) {
        long patience = Math.min(timeouts.stall().toNanos(), underWay * NANOS_PER_BYTE);
        Result result = browser.check(nowNanos, timeouts.pingInterval(), timeouts.pong(), patience);
        if (result == Result.SILENT) {
            relay.end(Outcome.SILENT, null);
        }
        return result == Result.PING_DUE;
    }

    /**
     * Whether Streamlit is to be sent a ping. One that answers none may only be busy: a call that holds Python's lock
     * for a minute, a breakpoint. It is waited for, though not for ever: a session that is ended would begin its script
     * anew, and never come to an end.
     */
    public boolean isStreamlitPingDue(Relay relay, PeerLiveness streamlit, long nowNanos) {
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
            // the way to it is broken, for it would have answered the ping; it may be about to
            case ANSWERS -> later(() -> endIfAwaited(relay, streamlit), ABOUT_TO_ANSWER_MILLIS, TimeUnit.MILLISECONDS);
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
            start(); // whatever happens: threads wait for what it finds
        }
    }

    private static void keepAlive(Relay relay, long now) {
        try {
            relay.keepAlive(now);
        } catch (RuntimeException lost) {
            relay.end(Outcome.LOST, lost);
        } catch (OutOfMemoryError noThread) {
            LOG.warn("{} cannot be kept alive: {}", relay.name(), noThread.toString());
        }
    }
}
