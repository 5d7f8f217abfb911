package org.streamlitgateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Whether there can be as many threads as a start needs. Without them one part or another would wait for a thread that
 * never comes, and the JVM would have none left to take a signal with.
 */
final class SpareThreads {
    /** Of a gateway that has just started, and some more. */
    private static final int COUNT = 40;

    private SpareThreads() {}

    /** @throws IOException when there cannot, with a text fit for a user */
    static void require() throws IOException {
        CountDownLatch made = new CountDownLatch(1);
        List<Thread> probes = new ArrayList<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                Thread thread = new Thread(() -> await(made), "probe-" + i);
                thread.setDaemon(true);
                thread.start();
                probes.add(thread);
            }
        } catch (OutOfMemoryError noThread) {
            throw new IOException(
                    "cannot make " + COUNT + " threads; raise the limit (ulimit -u, TasksMax, pids.max) or the memory",
                    noThread);
        } finally {
            made.countDown();
            probes.forEach(SpareThreads::join);
        }
    }

    private static void join(Thread probe) {
        try {
            probe.join();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
