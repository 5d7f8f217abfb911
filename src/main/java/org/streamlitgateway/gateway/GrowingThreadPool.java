package org.streamlitgateway.gateway;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool for work that hardly ever waits: a few threads, which keep the processors busy, and more only when none of
 * them gets on, or tasks are queued for seconds. Jetty's own starts one for every task that finds none idle, so that a
 * burst of new sessions makes hundreds, which only get in each other's way and leave their stacks behind.
 */
public final class GrowingThreadPool extends QueuedThreadPool {
    private static final Logger LOG = LoggerFactory.getLogger(GrowingThreadPool.class);
    private static final int LEAST = 16;
    private static final int PER_PROCESSOR = 4;

    /** How often the queue is looked at while there are tasks in it. */
    private static final long LOOK_MILLIS = 100;

    /** So many looks may find tasks, one after the other, though some get on. */
    private static final int PATIENCE_LOOKS = 20;

    private final int few;
    private final int most;
    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile Scheduler scheduler;

    // the watch's: one look at a time

    private Runnable first;
    private int looks;

    public GrowingThreadPool(String name, int most) {
        this(name, Math.max(LEAST, PER_PROCESSOR * Runtime.getRuntime().availableProcessors()), most);
    }

    public GrowingThreadPool(String name, int few, int most) {
        super(Math.min(few, most));
        this.few = Math.min(few, most);
        this.most = most;
        setName(name);
        setReservedThreads(Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), most / 10)));
        setMaxEvictCount(most); // what a burst has made goes when it is over
    }

    /** From now on there may be more. */
    public void growBy(Scheduler scheduler) {
        this.scheduler = scheduler;
        watch();
    }

    @Override
    public void execute(Runnable task) {
        try {
            super.execute(task);
        } finally {
            watch();
        }
    }

    private void watch() {
        if (scheduler != null && getQueueSize() > 0 && watched.compareAndSet(false, true)) {
            later();
        }
    }

    private void later() {
        try {
            scheduler.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("{} is watched no longer", getName(), stopping);
        }
    }

    /** While tasks are queued. */
    private void look() {
        if (getQueueSize() == 0) {
            first = null;
            looks = 0;
            setMaxThreads(Math.min(getMaxThreads(), limit(getThreads() - getIdleThreads())));
            watched.set(false);
            watch(); // for a task that came meanwhile
            return;
        }
        try {
            growIfStuck();
        } catch (RuntimeException | Error lost) { // no more threads to be had, for one
            LOG.warn("{} cannot grow beyond {} threads", getName(), getThreads(), lost);
        } finally {
            later();
        }
    }

    private void growIfStuck() {
        Runnable next = getQueue().peek();
        looks++;
        if (next != null && next == first || looks >= PATIENCE_LOOKS) {
            looks = 0;
            setMaxThreads(limit(getThreads()));
            setMinThreads(getMinThreads()); // starts threads for what is queued
        }
        first = next;
    }

    /** Room for as many again, and for a few at least. */
    private int limit(int busy) {
        return Math.min(most, Math.max(0, busy) + Math.max(few, busy));
    }
}
