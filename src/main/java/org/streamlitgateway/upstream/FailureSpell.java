package org.streamlitgateway.upstream;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamlitgateway.outcome.RateLimitedLog;

/**
 * Failed requests of one replica since it last answered. A page that waits for its app asks every second, so only the first
 * failure of each kind is logged, and the number of all once the replica answers. Thread-safe.
 */
final class FailureSpell {
    private final RateLimitedLog limit = new RateLimitedLog();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();

    /**
     * Counts a failure.
     *
     * @param kind from a closed set
     * @return whether to log it
     */
    boolean failed(String kind) {
        count.incrementAndGet();
        return !logged.contains(kind) && limit.tryAcquire(kind) && logged.add(kind);
    }

    /** Returns the number of failures of which the log tells only in part; 0 if there is none. Begins anew. */
    int ended() {
        if (count.get() == 0) {
            return 0;
        }
        int failures = count.getAndSet(0);
        boolean isLogged = !logged.isEmpty();
        logged.clear();
        return isLogged && failures > 1 ? failures : 0;
    }
}
