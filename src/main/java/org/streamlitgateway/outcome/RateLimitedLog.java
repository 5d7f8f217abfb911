package org.streamlitgateway.outcome;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;

/**
 * Limits log lines that clients can cause at will to one a minute for each kind. Thread-safe.
 */
public final class RateLimitedLog {
    /** In a minute; further ones wait. Those that name what a client sent are as many as it likes. */
    private static final int MOST_KINDS = 64;

    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentHashMap<String, Long> lastNanos = new ConcurrentHashMap<>();

    /** The level for a line of this kind: its own when it is due, else the one for looking closely. */
    public Level level(Level due, String kind) {
        return isDue(kind) ? due : Level.DEBUG;
    }

    /** Whether a line of this kind is due now; counts as written when it is. */
    public boolean isDue(String kind) {
        long now = System.nanoTime();
        Long last = lastNanos.get(kind);
        if (last != null && now - last < PAUSE_NANOS) {
            return false;
        }
        if (last == null && lastNanos.size() >= MOST_KINDS) {
            lastNanos.values().removeIf(then -> now - then >= PAUSE_NANOS);
            if (lastNanos.size() >= MOST_KINDS) {
                return false;
            }
        }
        return last == null ? lastNanos.putIfAbsent(kind, now) == null : lastNanos.replace(kind, last, now);
    }
}
