package org.streamlitgateway.threads;

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
 * Thread pools of the gateway: a small one for work that hardly ever blocks, and one for calls that may block on a slow
 * browser. The latter uses virtual threads if they exist (Java 21).
 */
public final class GatewayThreads {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayThreads.class);
    private static final int MAX_CLIENT_THREADS = 64;
    private static final int MAX_BLOCKING_THREADS = 1000;
    private static final long IDLE_SECONDS = 5;

    private static final long MAX_STOP_SECONDS = 5;

    private final GrowingThreadPool client = new GrowingThreadPool("gateway-client", MAX_CLIENT_THREADS);
    private final ExecutorService blocking = virtualOrPooled(client);

    public GatewayThreads() {
        client.setDaemon(true);
        client.setIdleTimeout((int) TimeUnit.SECONDS.toMillis(IDLE_SECONDS));
    }

    public void start() throws Exception {
        client.start();
    }

    /** Lets the client pool grow; see {@link GrowingThreadPool#growBy}. */
    public void growBy(Scheduler scheduler) {
        client.growBy(scheduler);
    }

    public Executor clientExecutor() {
        return client;
    }

    public Executor blocking() {
        return blocking;
    }

    /** @param overflow runs tasks while all threads are blocked; it queues them */
    private static ExecutorService virtualOrPooled(Executor overflow) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException noVirtualThreads) {
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
                            overflow.execute(task); // not in the caller, which may be a selector's thread
                        }
                    });
        }
    }

    /** Stops both pools and waits for running tasks: a container unloads the classes that they use afterwards. */
    public void stop() throws Exception {
        client.stop();
        blocking.shutdownNow();
        if (!blocking.awaitTermination(MAX_STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("threads of the gateway still run {} s after its stop", MAX_STOP_SECONDS);
        }
    }
}
