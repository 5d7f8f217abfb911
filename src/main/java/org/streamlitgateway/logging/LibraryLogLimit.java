package org.streamlitgateway.logging;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Limits each class of a library to a few log lines a minute: clients can provoke some of Jetty's warnings at will.
 * Thread-safe.
 */
final class LibraryLogLimit implements Filter {
    private static final int MAX_LINES_PER_MINUTE = 5;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Lines of the current minute by logger name. */
    private final ConcurrentHashMap<String, Minute> minutes = new ConcurrentHashMap<>();

    private record Minute(long sinceNanos, int lines) {}

    @Override
    public boolean isLoggable(LogRecord record) {
        String logger = record.getLoggerName();
        if (logger == null || !logger.startsWith("org.eclipse.")) {
            return true;
        }
        long now = System.nanoTime();
        return minutes.merge(
                                logger,
                                new Minute(now, 1),
                                (last, first) -> now - last.sinceNanos() >= MINUTE_NANOS
                                        ? first
                                        : new Minute(last.sinceNanos(), last.lines() + 1))
                        .lines()
                <= MAX_LINES_PER_MINUTE;
    }
}
