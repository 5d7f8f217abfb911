package org.streamlitgateway.outcome;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Limits log lines that clients can cause at will to one a minute for each kind. Kinds are constants of the code, never
 * input. Thread-safe.
 */
public final class RareLog {
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentHashMap<String, Long> lastNanos = new ConcurrentHashMap<>();

    /** Whether a line of this kind is due now; counts as written when it is. */
    public boolean isDue(String kind) {
        long now = System.nanoTime();
        Long last = lastNanos.get(kind);
        if (last != null && now - last < PAUSE_NANOS) {
            return false;
        }
        return last == null ? lastNanos.putIfAbsent(kind, now) == null : lastNanos.replace(kind, last, now);
    }
}
