package org.streamlitgateway.logging;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Lets each class of a library say a few lines a minute. Jetty warns of some of what clients send, which
 * they can do as often as they like.
 */
final class LibraryLogLimit implements Filter {
    private static final int MOST_A_MINUTE = 5;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** By name of the logger, which is a class's. */
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
                <= MOST_A_MINUTE;
    }
}
