package org.streamlitgateway.gateway;

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
    private static final int FEW = 4;
    private static final int MOST = 21; // no power of two times FEW

    private final GrowingThreadPool pool = new GrowingThreadPool("few", FEW, MOST);
    private final Scheduler scheduler = new ScheduledExecutorScheduler("few-timer", true);

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
    void tasksThatWaitForOneAnotherAllGetAThread() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(MOST);
        for (int i = 0; i < MOST; i++) {
            pool.execute(() -> {
                all.countDown();
                await(all);
            });
        }

        assertTrue(all.await(30, TimeUnit.SECONDS));
    }

    /** One thread that gets on does not hide that the others wait. */
    @Test
    void tasksAreNotLeftToTheLastThread() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(FEW - 1);
        for (int i = 0; i < FEW - 1; i++) {
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

    /** There is always a task, and never the same one at the head for long. */
    private void keepBusy(AtomicBoolean over, CountDownLatch grown) {
        if (pool.getThreads() > FEW) {
            grown.countDown();
        }
        if (!over.get()) {
            pool.execute(() -> keepBusy(over, grown));
        }
    }

    @Test
    void tasksThatWorkStartFewThreads() throws InterruptedException {
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
        assertTrue(seen.size() < MOST, () -> seen.size() + " threads"); // a machine that stands still may cost some
    }

    /** About a tenth of a millisecond. */
    private static void work() {
        long end = System.nanoTime() + 100_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void thereAreNeverMoreThanTheMost() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(MOST);
        CountDownLatch done = new CountDownLatch(2 * MOST);
        for (int i = 0; i < 2 * MOST; i++) {
            pool.execute(() -> {
                running.countDown();
                await(end);
                done.countDown();
            });
        }
        assertTrue(running.await(30, TimeUnit.SECONDS));
        pool.execute(() -> {});
        assertEquals(MOST, pool.getMaxThreads());
        assertEquals(MOST, pool.getThreads());

        end.countDown();

        assertTrue(done.await(30, TimeUnit.SECONDS));
    }

    @Test
    void afterABurstThereMayBeFewAgain() throws InterruptedException {
        tasksThatWaitForOneAnotherAllGetAThread();

        Eventually.until("a few again", () -> {
            for (int i = 0; i < 100; i++) {
                pool.execute(() -> {});
            }
            return pool.getMaxThreads() <= 2 * FEW; // with those that are at work
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
