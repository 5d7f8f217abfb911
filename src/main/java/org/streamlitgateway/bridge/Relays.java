package org.streamlitgateway.bridge;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Farewells;
import org.streamlitgateway.outcome.Outcome;

/**
 * All open sessions of the gateway, however joined: keeps them alive, finds the one that a resumed session leaves behind,
 * ends them all.
 */
public final class Relays {
    private final Set<Relay> open = ConcurrentHashMap.newKeySet();

    /** Accepted, but not open yet: some containers open a session only after the 101 has been sent. */
    private final Set<Relay> opening = ConcurrentHashMap.newKeySet();

    private final ConcurrentHashMap<String, Relay> bySessionId = new ConcurrentHashMap<>();
    private final Scheduler scheduler;
    private final Executor blocking;
    private final Timeouts timeouts;
    private volatile boolean stopped;
    private final Farewells farewells;

    /**
     * Made once per gateway.
     *
     * @param blocking runs calls that may wait for a slow browser
     */
    public Relays(Scheduler scheduler, Executor blocking, Timeouts timeouts) {
        this.scheduler = scheduler;
        this.blocking = blocking;
        this.farewells = new Farewells(blocking);
        this.timeouts = timeouts;
    }

    public void start() {
        long period = Math.max(
                50, Math.min(timeouts.pingInterval().toMillis(), timeouts.pong().toMillis()) / 4);
        scheduler.schedule(this::keepAlive, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Tells every browser and every Streamlit that the gateway goes away. Returns when the browsers' close frames are
     * out, for the container closes what it finds open with a code of its own; slow browsers are not waited for.
     */
    public void stop() {
        stopped = true;
        open.forEach(relay -> relay.end(Outcome.STOPPING, null));
        opening.forEach(relay -> relay.end(Outcome.STOPPING, null));
        farewells.await(opening::isEmpty);
    }

    public int size() {
        return open.size();
    }

    /** The container is about to accept the browser; {@link #opened} or {@link #settled} follows. */
    void opening(Relay relay) {
        opening.add(relay);
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        }
    }

    /** An accepted browser has come, or will not come any more. */
    void settled(Relay relay) {
        if (opening.remove(relay)) {
            farewells.changed();
        }
    }

    public void opened(Relay relay) {
        open.add(relay);
        settled(relay);
        if (stopped) {
            relay.end(Outcome.STOPPING, null);
        }
        if (relay.isEnded()) {
            open.remove(relay); // it ended while it was being added
        }
    }

    public void learned(String sessionId, Relay relay) {
        bySessionId.put(sessionId, relay);
        if (relay.isEnded()) {
            bySessionId.remove(sessionId, relay);
        }
    }

    /** A browser came back for this session: what it left behind is closed, for Streamlit does not do so. */
    void resumed(String sessionId) {
        Relay left = bySessionId.remove(sessionId);
        if (left != null) {
            left.end(Outcome.RESUMED, null);
        }
    }

    public void ended(Relay relay) {
        open.remove(relay);
        for (String id : relay.sessionIds()) {
            bySessionId.remove(id, relay);
        }
    }

    /** Runs what may wait for a slow browser. */
    void execute(Runnable task) {
        blocking.execute(task);
    }

    /** Runs the closing of a browser's side; {@link #stop} waits for it. */
    void tell(Runnable closing) {
        farewells.tell(closing);
    }

    public void later(Runnable task, long delay, TimeUnit unit) {
        scheduler.schedule(task, delay, unit);
    }

    public Timeouts timeouts() {
        return timeouts;
    }

    private void keepAlive() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        for (Relay relay : open) {
            try {
                relay.keepAlive(now);
            } catch (RuntimeException lost) {
                relay.end(Outcome.LOST, lost);
            }
        }
        start();
    }
}
