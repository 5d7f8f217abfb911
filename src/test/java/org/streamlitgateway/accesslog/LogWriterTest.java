package org.streamlitgateway.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.observe.head.RequestHead;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.trace.TraceContext;

/** Counts, files and failures of the thread that writes. */
@Timeout(120)
class LogWriterTest {
    /** {@code -Daccesslog.requests=1000000} for the long run. */
    private static final int REQUESTS = Integer.getInteger("accesslog.requests", 200_000);

    @TempDir
    private Path folder;

    private static Entry.Request request(String path) {
        RequestHead head = new RequestHead("GET", path, null, "HTTP/1.1", "10.0.0.1", null, "Mozilla/5.0");
        return new Entry.Request(
                new Entry.Source(head, "10.0.0.1", null, "localhost", TraceContext.begin(false), "/", "127.0.0.1:8501"),
                Instant.now(),
                1000,
                false,
                null,
                RequestKind.PAGE,
                200,
                0,
                10,
                null,
                -1,
                -1,
                CacheResult.NONE);
    }

    private static LogWriter started(Destination destination) {
        LogWriter writer =
                new LogWriter((out, entry) -> out.append(entry.source().head().path()), destination);
        writer.start();
        return writer;
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private static void awaitLines(Path file, long count) {
        Eventually.until(file::toString, Eventually.LIMIT, () -> {
            try {
                return lines(file) == count;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void everyRequestIsALineOrCounted() throws Exception {
        Path file = folder.resolve("access.log");
        LogWriter writer = started(new LogFile(file));
        int callers = 4;
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < REQUESTS / callers; i++) {
                    writer.offer(request("/page"));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        writer.close();

        assertEquals(REQUESTS, lines(file) + writer.dropped());
        assertTrue(lines(file) > REQUESTS / 100, () -> writer.dropped() + " were dropped");
    }

    @Test
    void fileIsReadableByItsOwnerAndGroupOnly() throws IOException {
        Path file = folder.resolve("access.log");
        started(new LogFile(file)).close();

        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        assertTrue(permissions.matches("rw-[r-]-----"), permissions);
    }

    @Test
    void renamedFileIsNoticedAndReopenedOnRequest() throws IOException {
        Path file = folder.resolve("access.log");
        try (LogWriter writer = started(new LogFile(file))) {
            writer.offer(request("/one"));
            awaitLines(file, 1);
            Files.move(file, folder.resolve("access.log.1"));
            writer.reopen();
            Eventually.until("a new file", () -> Files.exists(file));
            writer.offer(request("/two"));
            awaitLines(file, 1);

            Files.move(file, folder.resolve("access.log.2"));
            Eventually.until("lines in a new file", () -> {
                writer.offer(request("/three"));
                return Files.exists(file);
            });
        }
        assertEquals(List.of("/one"), Files.readAllLines(folder.resolve("access.log.1")));
        assertEquals("/two", Files.readAllLines(folder.resolve("access.log.2")).get(0));
    }

    @Test
    void lineThatAKillHasCutIsEndedByTheNextStart() throws IOException {
        Path file = folder.resolve("access.log");
        Files.writeString(file, "/one\n/tw");
        LogWriter writer = started(new LogFile(file));
        writer.offer(request("/three"));
        writer.close();

        assertEquals(List.of("/one", "/tw", "/three"), Files.readAllLines(file));
    }

    @Test
    void fullDiskLosesLinesAndNothingElse() throws IOException {
        LogWriter writer = started(new LogFile(Path.of("/dev/full")));
        for (int i = 0; i < 100; i++) {
            writer.offer(request("/page"));
        }
        writer.close();

        assertEquals(100, writer.dropped());
    }

    @Test
    void stuckDestinationStopsNobody() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        LogWriter writer = started(lines -> {
            written.incrementAndGet();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            return 0;
        });
        long start = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            writer.offer(request("/" + "x".repeat(100)));
        }
        Duration offered = Duration.ofNanos(System.nanoTime() - start);
        writer.close();

        assertTrue(offered.compareTo(Duration.ofSeconds(10)) < 0, offered::toString);
        assertTrue(writer.dropped() > 80_000, () -> writer.dropped() + " were dropped");
        assertEquals(1, written.get());
    }

    @Test
    void waitingTextIsBounded() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger characters = new AtomicInteger();
        LogWriter writer = started(lines -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                characters.set(lines.length());
            }
            return 0;
        });
        for (int i = 0; i < 16_000; i++) {
            writer.offer(request("x".repeat(2000)));
        }
        long dropped = writer.dropped();
        writer.close();

        assertTrue(dropped > 10_000, () -> dropped + " were dropped");
    }

    @Test
    void failureInAFormatLosesOneLine() throws IOException {
        Path file = folder.resolve("access.log");
        LogWriter writer = new LogWriter(
                (out, entry) -> {
                    out.append("begun");
                    if (entry.source().head().path().equals("/bad")) {
                        throw new IllegalStateException("bad");
                    }
                },
                new LogFile(file));
        writer.start();
        writer.offer(request("/good"));
        writer.offer(request("/bad"));
        writer.offer(request("/good"));
        writer.close();

        assertEquals(List.of("begun", "begun"), Files.readAllLines(file));
        assertEquals(1, writer.dropped());
    }
}
