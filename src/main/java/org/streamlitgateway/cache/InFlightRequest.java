package org.streamlitgateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * One request to Streamlit for an asset, and those who wait for it. Whoever began it must {@link #land} it, once it is
 * known that there is something to serve, or that there is not. Thread-safe.
 */
public final class InFlightRequest {
    private final AssetCache cache;
    private final String key;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean landed;

    InFlightRequest(AssetCache cache, String key) {
        this.cache = cache;
        this.key = key;
    }

    /** Calls {@code then} once: when the flight has landed, or when it has taken too long. */
    public void await(Scheduler scheduler, long longestMillis, Runnable then) {
        AtomicBoolean called = new AtomicBoolean();
        Runnable once = () -> {
            if (called.compareAndSet(false, true)) {
                then.run();
            }
        };
        Scheduler.Task timer = scheduler.schedule(once, longestMillis, TimeUnit.MILLISECONDS);
        synchronized (this) {
            if (!landed) {
                waiting.add(() -> {
                    timer.cancel();
                    once.run();
                });
                return;
            }
        }
        timer.cancel();
        once.run();
    }

    /** Lets those who wait go on, each by itself: to the cache, if the asset is there now, else to Streamlit. */
    public void land() {
        List<Runnable> free;
        synchronized (this) {
            if (landed) {
                return;
            }
            landed = true;
            free = List.copyOf(waiting);
            waiting.clear();
        }
        cache.landed(key, this);
        free.forEach(Runnable::run);
    }
}
