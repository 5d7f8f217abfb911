package org.streamlitgateway.upstream;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.Scheduler;

/** Who is served by one Streamlit, or about to be. Thread-safe. */
public final class ReplicaLoad {
    /** By open sessions and visitors whose page is on its way; of equals, the one that was chosen longest ago. */
    public static final Comparator<ReplicaLoad> LEAST_FIRST = Comparator.comparingInt(
                    (ReplicaLoad load) -> load.sessions.get() + load.expected.get())
            .thenComparingLong(load -> load.lastChosen);

    /** From the page to its WebSocket. */
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

    /** A visitor was sent here whose session will open soon, or never. */
    public void expectSession() {
        lastChosen = System.nanoTime();
        expected.incrementAndGet();
        scheduler.schedule(expected::decrementAndGet, EXPECTED_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Somebody is about to open a session here. */
    public void noteDemand() {
        demanded = true;
    }

    /** Whether anybody was, since this was asked last, or has a session now. */
    public boolean takeDemand() {
        boolean was = demanded;
        demanded = false;
        return was || sessions() > 0;
    }

    public void sessionOpened(String visitor) {
        sessions.incrementAndGet();
        visitors.merge(visitor, 1, Integer::sum);
    }

    public void sessionClosed(String visitor) {
        sessions.decrementAndGet();
        visitors.computeIfPresent(visitor, (v, count) -> count == 1 ? null : count - 1);
    }

    /** Whether a session of this visitor is open here. */
    public boolean serves(String visitor) {
        return visitors.containsKey(visitor);
    }
}
