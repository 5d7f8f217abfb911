package org.streamlitgateway.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.fixture.Eventually;

@Timeout(60)
class GrowingThreadPoolTest {
    private static final int INITIAL = 4;
    private static final int MAX = 21; // not a power of two times INITIAL

    private final GrowingThreadPool pool = new GrowingThreadPool("growing", INITIAL, MAX);
    private final Scheduler scheduler = new ScheduledExecutorScheduler("growing-timer", true);

    @BeforeEach
    void start() throws Exception {
        scheduler.start();
        pool.start();
        pool.growBy(scheduler);
    }

    @AfterEach
    void stop() throws Exception {
        pool.stop();
        scheduler.stop();
    }

    @Test
    void tasksThatWaitForEachOtherAllGetAThread() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(MAX);
        for (int i = 0; i < MAX; i++) {
            pool.execute(() -> {
                all.countDown();
                await(all);
            });
        }

        assertTrue(all.await(30, TimeUnit.SECONDS));
    }

    /** A single thread that makes progress does not hide that all others are blocked. */
    @Test
    void poolGrowsWhenOnlyOneThreadMakesProgress() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(INITIAL - 1);
        for (int i = 0; i < INITIAL - 1; i++) {
            pool.execute(() -> {
                waiting.countDown();
                await(end);
            });
        }
        assertTrue(waiting.await(30, TimeUnit.SECONDS));
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch grown = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            keepBusy(over, grown);
        }

        assertTrue(grown.await(30, TimeUnit.SECONDS));
        over.set(true);
        end.countDown();
    }

    /** Keeps the queue non-empty, with a changing head. */
    private void keepBusy(AtomicBoolean over, CountDownLatch grown) {
        if (pool.getThreads() > INITIAL) {
            grown.countDown();
        }
        if (!over.get()) {
            pool.execute(() -> keepBusy(over, grown));
        }
    }

    @Test
    void busyTasksDoNotGrowThePoolToItsMaximum() throws InterruptedException {
        int tasks = 5_000;
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            pool.execute(() -> {
                seen.add(Thread.currentThread());
                work();
                done.countDown();
            });
        }

        assertTrue(done.await(30, TimeUnit.SECONDS));
        assertTrue(seen.size() < MAX, () -> seen.size() + " threads"); // a stalled machine may cause some growth
    }

    /** Works for about a tenth of a millisecond. */
    private static void work() {
        long end = System.nanoTime() + 100_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void poolNeverExceedsItsMaximum() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(MAX);
        CountDownLatch done = new CountDownLatch(2 * MAX);
        for (int i = 0; i < 2 * MAX; i++) {
            pool.execute(() -> {
                running.countDown();
                await(end);
                done.countDown();
            });
        }
        assertTrue(running.await(30, TimeUnit.SECONDS));
        pool.execute(() -> {});
        assertEquals(MAX, pool.getMaxThreads());
        assertEquals(MAX, pool.getThreads());

        end.countDown();

        assertTrue(done.await(30, TimeUnit.SECONDS));
    }

    @Test
    void poolShrinksAfterABurst() throws InterruptedException {
        tasksThatWaitForEachOtherAllGetAThread();

        Eventually.until("the pool has shrunk", () -> {
            for (int i = 0; i < 100; i++) {
                pool.execute(() -> {});
            }
            return pool.getMaxThreads() <= 2 * INITIAL; // including busy ones
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
