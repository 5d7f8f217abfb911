package org.streamlitgateway.assembly;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A pool for work that hardly ever waits: a few threads, which keep the processors busy, and more only when none of them
 * gets on. Jetty's own starts one for every task that finds none idle, so that a burst of new sessions makes hundreds,
 * which only get in each other's way and leave their stacks behind.
 */
final class FewThreads extends QueuedThreadPool {
    private static final int LEAST = 16;
    private static final int PER_PROCESSOR = 4;

    /** For so long the first task in the queue may stay the first. */
    private static final long STUCK_MILLIS = 100;

    private final int few;
    private final int most;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile Scheduler scheduler;

    /** The watch's. */
    private Runnable first;

    FewThreads(String name, int most) {
        this(name, Math.max(LEAST, PER_PROCESSOR * Runtime.getRuntime().availableProcessors()), most);
    }

    FewThreads(String name, int few, int most) {
        super(Math.min(few, most));
        this.few = Math.min(few, most);
        this.most = most;
        setName(name);
        setReservedThreads(
                Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), most / 10))); // as for "most"
        setMaxEvictCount(most); // what a burst has made goes when it is over
    }

    /** From now on there may be more. */
    void growBy(Scheduler scheduler) {
        this.scheduler = scheduler;
        watch();
    }

    @Override
    public void execute(Runnable task) {
        super.execute(task);
        watch();
    }

    private void watch() {
        if (scheduler != null && getQueueSize() > 0 && watched.compareAndSet(false, true)) {
            scheduler.schedule(this::look, STUCK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** While tasks are queued. */
    private void look() {
        Runnable next = getQueue().peek();
        if (next == null) {
            first = null;
            setMaxThreads(Math.min(getMaxThreads(), limit(getThreads() - getIdleThreads())));
            watched.set(false);
            watch(); // for a task that came meanwhile
            return;
        }
        if (next == first) {
            setMaxThreads(limit(getThreads()));
            setMinThreads(getMinThreads()); // starts threads for what is queued
        }
        first = next;
        scheduler.schedule(this::look, STUCK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private int limit(int threads) {
        return Math.min(most, threads + few);
    }
}
