package org.streamlitgateway.websocket.peer;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Close frames that are being sent to clients. Stopping waits for them, briefly, because a container closes the
 * WebSockets that it finds open with a close code of its own. Thread-safe.
 */
public final class PendingCloses {
    private static final long MAX_WAIT_MILLIS = 2000;

    private final Executor blocking;

    /** Guarded by this. */
    private int pending;

    /** @param blocking runs calls that may wait for a slow client */
    public PendingCloses(Executor blocking) {
        this.blocking = blocking;
    }

    /** Runs a task that closes one client's WebSocket. */
    public void submit(Runnable closing) {
        synchronized (this) {
            pending++;
        }
        blocking.execute(() -> {
            try {
                closing.run();
            } finally {
                synchronized (this) {
                    pending--;
                    notifyAll();
                }
            }
        });
    }

    /** Makes {@link #await} evaluate its condition again. */
    public synchronized void changed() {
        notifyAll();
    }

    /** Waits until all tasks are done and the condition holds, or the time is up. */
    public synchronized void await(BooleanSupplier settled) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS);
        try {
            for (long remaining = deadline - System.nanoTime();
                    (pending > 0 || !settled.getAsBoolean()) && remaining > 0;
                    remaining = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, remaining);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
