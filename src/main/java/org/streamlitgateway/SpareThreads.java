package org.streamlitgateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Checks before the start that the process may create enough threads. Otherwise some part would wait forever for a thread,
 * and the JVM would have none left to handle a signal.
 */
final class SpareThreads {
    /** Threads of a gateway that has just started, plus a reserve. */
    private static final int COUNT = 40;

    private SpareThreads() {}

    /** @throws IOException if the process may not create enough threads; the message is fit for a user */
    static void require() throws IOException {
        CountDownLatch created = new CountDownLatch(1);
        List<Thread> probes = new ArrayList<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                Thread thread = new Thread(() -> await(created), "probe-" + i);
                thread.setDaemon(true);
                thread.start();
                probes.add(thread);
            }
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "cannot create " + COUNT
                            + " threads; raise the limit (ulimit -u, TasksMax, pids.max) or the memory",
                    e);
        } finally {
            created.countDown();
            probes.forEach(SpareThreads::join);
        }
    }

    private static void join(Thread probe) {
        try {
            probe.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
