package org.streamlitgateway.websocket.peer;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Clients that are being told that their session is over. A stop waits for them, for a container closes what it finds
 * open with a code of its own; for slow ones it does not wait long.
 */
public final class PendingCloses {
    private static final long LONGEST_MILLIS = 2000;

    private final Executor blocking;

    /** Guarded by this. */
    private int telling;

    /**
     * Made once for each that stops.
     *
     * @param blocking runs calls that may wait for a slow client
     */
    public PendingCloses(Executor blocking) {
        this.blocking = blocking;
    }

    /** Runs the closing of one client's side. */
    public void tell(Runnable closing) {
        synchronized (this) {
            telling++;
        }
        blocking.execute(() -> {
            try {
                closing.run();
            } finally {
                synchronized (this) {
                    telling--;
                    notifyAll();
                }
            }
        });
    }

    /** Has {@link #await} look at its condition again. */
    public synchronized void changed() {
        notifyAll();
    }

    /** Returns when all are told and the condition holds, or it has taken too long. */
    public synchronized void await(BooleanSupplier settled) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
        try {
            for (long left = deadline - System.nanoTime();
                    (telling > 0 || !settled.getAsBoolean()) && left > 0;
                    left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
