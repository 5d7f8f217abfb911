package org.streamlitgateway.threads;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread pool for work that hardly ever blocks. Starts with few threads and grows only when queued tasks make no
 * progress for one check, or the queue is not empty for many. {@code QueuedThreadPool} starts a thread for every task that
 * finds none idle, which makes hundreds of them in a burst of new sessions.
 */
public final class GrowingThreadPool extends QueuedThreadPool {
    private static final Logger LOG = LoggerFactory.getLogger(GrowingThreadPool.class);
    private static final int MIN_THREADS = 16;
    private static final int PER_PROCESSOR = 4;

    /** Interval of the checks of a queue that is not empty. */
    private static final long CHECK_MILLIS = 100;

    /** Number of consecutive non-empty checks before the pool grows even though tasks make progress. */
    private static final int MAX_BUSY_CHECKS = 20;

    private final int initialThreads;
    private final int maxThreads;
    private final AtomicBoolean checking = new AtomicBoolean();
    private volatile Scheduler scheduler;

    // used by one check at a time

    private Runnable lastHead;
    private int busyChecks;

    public GrowingThreadPool(String name, int maxThreads) {
        this(name, Math.max(MIN_THREADS, PER_PROCESSOR * Runtime.getRuntime().availableProcessors()), maxThreads);
    }

    public GrowingThreadPool(String name, int initialThreads, int maxThreads) {
        super(Math.min(initialThreads, maxThreads));
        this.initialThreads = Math.min(initialThreads, maxThreads);
        this.maxThreads = maxThreads;
        setName(name);
        setReservedThreads(Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), maxThreads / 10)));
        setMaxEvictCount(maxThreads); // idle threads end soon after a burst
    }

    /** Lets the pool grow from now on; the scheduler runs its checks. */
    public void growBy(Scheduler scheduler) {
        this.scheduler = scheduler;
        startChecks();
    }

    @Override
    public void execute(Runnable task) {
        try {
            super.execute(task);
        } finally {
            startChecks();
        }
    }

    private void startChecks() {
        if (scheduler != null && getQueueSize() > 0 && checking.compareAndSet(false, true)) {
            scheduleCheck();
        }
    }

    private void scheduleCheck() {
        try {
            scheduler.schedule(this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} grows no more, since its scheduler has stopped", getName(), e);
        }
    }

    /** Grows the pool if necessary; repeats as long as tasks are queued. */
    private void check() {
        if (getQueueSize() == 0) {
            lastHead = null;
            busyChecks = 0;
            setMaxThreads(Math.min(getMaxThreads(), limit(getThreads() - getIdleThreads())));
            checking.set(false);
            startChecks(); // for a task that was queued meanwhile
            return;
        }
        try {
            growIfStuck();
        } catch (RuntimeException | Error e) { // an OutOfMemoryError if no thread can be created
            LOG.warn("{} cannot grow beyond {} threads", getName(), getThreads(), e);
        } finally {
            scheduleCheck();
        }
    }

    private void growIfStuck() {
        Runnable head = getQueue().peek();
        busyChecks++;
        if (head != null && head == lastHead || busyChecks >= MAX_BUSY_CHECKS) {
            busyChecks = 0;
            setMaxThreads(limit(getThreads()));
            setMinThreads(getMinThreads()); // starts threads for queued tasks
        }
        lastHead = head;
    }

    /** Returns a limit that doubles the number of busy threads, or adds the initial number if that is more. */
    private int limit(int busy) {
        return Math.min(maxThreads, Math.max(0, busy) + Math.max(initialThreads, busy));
    }
}
