package org.streamlitgateway.it.hostile;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a script waits at until the attack is over, or for this long at most. */
final class Gate implements AutoCloseable {
    private static final long MOST_SECONDS = 30;

    private final CountDownLatch open = new CountDownLatch(1);

    void await() {
        try {
            open.await(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets everybody through. */
    @Override
    public void close() {
        open.countDown();
    }
}
