package org.streamlitgateway.gateway;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own threads: a small pool for the client side, which hardly ever waits, and one for calls that may wait
 * for a slow browser, virtual threads where they exist (Java 21).
 */
final class GatewayThreads {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayThreads.class);
    private static final int MAX_CLIENT_THREADS = 64;
    private static final int MAX_BLOCKING_THREADS = 1000;
    private static final long IDLE_SECONDS = 5;

    private static final long LONGEST_STOP_SECONDS = 5;

    private final GrowingThreadPool client = new GrowingThreadPool("gateway-client", MAX_CLIENT_THREADS);
    private final ExecutorService blocking = virtualOrPooled(client);

    GatewayThreads() {
        client.setDaemon(true);
        client.setIdleTimeout((int) TimeUnit.SECONDS.toMillis(IDLE_SECONDS));
    }

    void start() throws Exception {
        client.start();
    }

    /** Once there is a timer: see {@link GrowingThreadPool}. */
    void growBy(Scheduler scheduler) {
        client.growBy(scheduler);
    }

    Executor clientExecutor() {
        return client;
    }

    Executor blocking() {
        return blocking;
    }

    /** @param overflow what runs when all threads are waiting: it queues, and nothing is lost */
    private static ExecutorService virtualOrPooled(Executor overflow) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException before21) {
            AtomicLong number = new AtomicLong();
            return new ThreadPoolExecutor(
                    0,
                    MAX_BLOCKING_THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    task -> {
                        Thread thread = new Thread(task, "gateway-blocking-" + number.incrementAndGet());
                        thread.setDaemon(true);
                        return thread;
                    },
                    (task, pool) -> {
                        if (!pool.isShutdown()) {
                            overflow.execute(task); // never the caller, who may be a selector's thread
                        }
                    });
        }
    }

    /** Returns when no task runs any more: in a container, the classes that it would need go away. */
    void stop() throws Exception {
        client.stop();
        blocking.shutdownNow();
        if (!blocking.awaitTermination(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("a thread of the gateway did not end within {} s", LONGEST_STOP_SECONDS);
        }
    }
}
