package org.streamlitgateway.upstream;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.Scheduler;

/** Open and expected sessions of one replica. Thread-safe. */
public final class ReplicaLoad {
    /** Orders by open and expected sessions, then by the time of the last choice, least recently chosen first. */
    public static final Comparator<ReplicaLoad> BY_LOAD = Comparator.comparingInt(
                    (ReplicaLoad load) -> load.sessions.get() + load.expected.get())
            .thenComparingLong(load -> load.lastChosen);

    /** Longest expected time from the page to its WebSocket. */
    private static final long EXPECTED_MILLIS = 5000;

    private final Scheduler scheduler;
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger expected = new AtomicInteger();
    private final Map<String, Integer> visitors = new ConcurrentHashMap<>();
    private volatile long lastChosen;
    private volatile boolean demanded;

    ReplicaLoad(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    public int sessions() {
        return sessions.get();
    }

    /** Counts a visitor sent to this replica, whose session should open within a few seconds. */
    public void expectSession() {
        lastChosen = System.nanoTime();
        expected.incrementAndGet();
        scheduler.schedule(expected::decrementAndGet, EXPECTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Notes that a client is about to open a session. */
    public void noteDemand() {
        demanded = true;
    }

    /** Returns whether a session is open or was demanded since the last call. */
    public boolean takeDemand() {
        boolean before = demanded;
        demanded = false;
        return before || sessions() > 0;
    }

    public void sessionOpened(String visitor) {
        sessions.incrementAndGet();
        visitors.merge(visitor, 1, Integer::sum);
    }

    public void sessionClosed(String visitor) {
        sessions.decrementAndGet();
        visitors.computeIfPresent(visitor, (v, count) -> count == 1 ? null : count - 1);
    }

    /** Returns whether a session of this visitor is open. */
    public boolean serves(String visitor) {
        return visitors.containsKey(visitor);
    }
}
