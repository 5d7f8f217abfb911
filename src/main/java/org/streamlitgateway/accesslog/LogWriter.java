package org.streamlitgateway.accesslog;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;

/**
 * Formats and writes entries in a thread of its own. Entries come by a bounded queue and are dropped when it is full, so no
 * caller ever waits. Lines are written whole, many at a time.
 */
final class LogWriter implements AutoCloseable {
    /** Entries that wait to be written. */
    private static final int MAX_QUEUED = 16_384;

    /** Characters chosen by clients in the entries that wait. */
    private static final long MAX_QUEUED_CHARACTERS = 8L << 20;

    /** Characters after which lines are handed over to the system. */
    private static final int MAX_BATCH_CHARACTERS = 64 * 1024;

    /** Time in which lines gather, so that a busy gateway wakes this thread and the disk less often. */
    private static final long GATHER_MILLIS = 10;

    /** Time for the rest of the lines at a stop. */
    private static final long FLUSH_MILLIS = 2000;

    private static final long INTERRUPT_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    /** Nothing to write: wakes the thread. */
    private static final Object WAKE = new Object();

    private final ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final AtomicLong queuedCharacters = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final RateLimitedLog logLimit = new RateLimitedLog();
    private final Format format;
    private final Destination destination;
    private final Thread thread = new Thread(this::run, "gateway-access-log");
    private volatile boolean closed;

    /** Whether the time for the rest of the lines is over. */
    private volatile boolean abandoned;

    // used by the thread only

    private final StringBuilder batch = new StringBuilder();
    private int batchLines;
    private long reported;
    private String failure = "the queue was full";

    LogWriter(Format format, Destination destination) {
        this.format = format;
        this.destination = destination;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Adds an entry, or drops it. Never waits. */
    void offer(Entry entry) {
        int characters = entry.source().characters();
        if (closed || queuedCharacters.get() > MAX_QUEUED_CHARACTERS) {
            dropped.increment();
            return;
        }
        queuedCharacters.addAndGet(characters);
        if (!queue.offer(entry)) {
            queuedCharacters.addAndGet(-characters);
            dropped.increment();
        }
    }

    /** Returns the number of lines that were dropped. */
    long dropped() {
        return dropped.sum();
    }

    /** Opens the file again, soon. */
    void reopen() {
        destination.requestReopen();
        queue.offer(WAKE); // if it is full, the thread is awake
    }

    private void run() {
        try {
            while (!closed || !queue.isEmpty()) {
                Object next = queue.take();
                if (!closed && next != WAKE) {
                    TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                }
                for (; next != null; next = queue.poll()) {
                    add(next);
                }
                write();
                reopenIfRequested();
            }
        } catch (InterruptedException e) {
            dropped.add(queue.size());
        } finally {
            destination.close();
            reportDropped();
        }
    }

    private void add(Object next) {
        if (next instanceof Entry entry) {
            queuedCharacters.addAndGet(-entry.source().characters());
            int start = batch.length();
            try {
                format.append(batch, entry);
                batch.append('\n');
                batchLines++;
            } catch (RuntimeException | OutOfMemoryError e) {
                batch.setLength(start);
                lost(1, e);
            }
            if (batch.length() >= MAX_BATCH_CHARACTERS) {
                write();
            }
        }
    }

    private void write() {
        if (batchLines == 0) {
            return;
        }
        try {
            if (abandoned) {
                throw new IOException("the gateway has stopped");
            }
            int lost = destination.write(batch.toString());
            if (lost > 0) {
                lost(lost, new IOException("a part could not be written"));
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            lost(batchLines, e);
        }
        batch.setLength(0);
        batchLines = 0;
        reportDropped();
    }

    private void lost(int lines, Throwable cause) {
        dropped.add(lines);
        failure = FailureText.of(cause);
    }

    private void reopenIfRequested() {
        try {
            destination.reopenIfRequested();
        } catch (IOException e) {
            failure = FailureText.of(e); // the next line tries again
        }
    }

    /** Logs how many lines were dropped, once a minute. */
    private void reportDropped() {
        long total = dropped.sum();
        if (total > reported && logLimit.tryAcquire("dropped")) {
            LOG.warn(
                    "the access log has dropped {} lines: {} (logged at most once a minute)",
                    total - reported,
                    Printable.of(failure));
            reported = total;
            failure = "the queue was full";
        }
    }

    /** Writes what has been added, within a bound, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        queue.offer(WAKE);
        try {
            thread.join(FLUSH_MILLIS);
            abandoned = true;
            thread.interrupt(); // a write that waits for a pipe or a disk
            thread.join(INTERRUPT_MILLIS);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
