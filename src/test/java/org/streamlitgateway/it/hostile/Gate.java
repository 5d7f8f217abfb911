package org.streamlitgateway.it.hostile;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Blocks scripts until the attack is over, or for a limited time. */
final class Gate implements AutoCloseable {
    private static final long MAX_SECONDS = 30;

    private final CountDownLatch open = new CountDownLatch(1);

    void await() {
        try {
            open.await(MAX_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Releases all scripts. */
    @Override
    public void close() {
        open.countDown();
    }
}
