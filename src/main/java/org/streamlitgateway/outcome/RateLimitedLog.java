package org.streamlitgateway.outcome;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;

/** Limits log lines that clients can cause at will to one a minute for each kind. Thread-safe. */
public final class RateLimitedLog {
    /** Kinds remembered at a time; further ones are not logged. Some contain text that clients choose. */
    private static final int MAX_KINDS = 64;

    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentHashMap<String, Long> lastNanos = new ConcurrentHashMap<>();

    /** Returns the given level when a line of this kind is due, else DEBUG. */
    public Level level(Level due, String kind) {
        return tryAcquire(kind) ? due : Level.DEBUG;
    }

    /** Acquires the permission to log a line of this kind; returns false within a minute after the last one. */
    public boolean tryAcquire(String kind) {
        long now = System.nanoTime();
        Long last = lastNanos.get(kind);
        if (last != null && now - last < PAUSE_NANOS) {
            return false;
        }
        if (last == null && lastNanos.size() >= MAX_KINDS) {
            lastNanos.values().removeIf(then -> now - then >= PAUSE_NANOS);
            if (lastNanos.size() >= MAX_KINDS) {
                return false;
            }
        }
        return last == null ? lastNanos.putIfAbsent(kind, now) == null : lastNanos.replace(kind, last, now);
    }
}
