package org.streamlitgateway.assembly;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The gateway's own threads: a small pool for the client side, which never waits, and one for calls that may wait for
 * a slow browser, virtual threads where they exist (Java 21).
 */
final class Threads {
    private static final int MAX_CLIENT_THREADS = 64;
    private static final int MAX_BLOCKING_THREADS = 1000;
    private static final long IDLE_SECONDS = 30;

    private final QueuedThreadPool client = new QueuedThreadPool(MAX_CLIENT_THREADS);
    private final ExecutorService blocking = virtualOrPooled();

    Threads() {
        client.setName("gateway-client");
        client.setDaemon(true);
    }

    void start() throws Exception {
        client.start();
    }

    Executor clientExecutor() {
        return client;
    }

    Executor blocking() {
        return blocking;
    }

    private static ExecutorService virtualOrPooled() {
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
                            task.run(); // the caller waits instead: back-pressure, nothing is lost
                        }
                    });
        }
    }

    public void stop() throws Exception {
        client.stop();
        blocking.shutdownNow();
    }
}
