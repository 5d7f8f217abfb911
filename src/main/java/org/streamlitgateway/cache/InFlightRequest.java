package org.streamlitgateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A request to Streamlit for an asset, which other requests for the same asset wait for. Its leader sends it and must
 * {@link #complete} it, as soon as the asset is stored or is known not to be. Thread-safe.
 */
public final class InFlightRequest {
    private final AssetCache cache;
    private final String key;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean completed;

    InFlightRequest(AssetCache cache, String key) {
        this.cache = cache;
        this.key = key;
    }

    /** Calls {@code then} once: when this request is complete, or after the timeout. */
    public void await(Scheduler scheduler, long timeoutMillis, Runnable then) {
        AtomicBoolean called = new AtomicBoolean();
        Runnable once = () -> {
            if (called.compareAndSet(false, true)) {
                then.run();
            }
        };
        Scheduler.Task timer = scheduler.schedule(once, timeoutMillis, TimeUnit.MILLISECONDS);
        synchronized (this) {
            if (!completed) {
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

    /** Releases all waiting requests. Each repeats its lookup, and joins or starts a new request if it is missing. */
    public void complete() {
        List<Runnable> released;
        synchronized (this) {
            if (completed) {
                return;
            }
            completed = true;
            released = List.copyOf(waiting);
            waiting.clear();
        }
        cache.completed(key, this);
        released.forEach(Runnable::run);
    }
}
