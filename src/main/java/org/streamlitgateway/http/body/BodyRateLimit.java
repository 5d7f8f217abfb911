package org.streamlitgateway.http.body;

import java.util.concurrent.TimeUnit;

/**
 * Measures the rate of a request body. Only time spent waiting for the client counts, not time spent waiting for
 * Streamlit. Measures in windows of {@link #WINDOW_NANOS}: a fast start does not make up for a slow rest. Thread-safe.
 */
public final class BodyRateLimit {
    /** Length of a window, and grace for the first bytes. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(20);

    private boolean waiting;
    private long sinceNanos;
    private long waitedNanos;
    private long bytes;

    /** Notes that the next bytes are due from the client. */
    public synchronized void await(long nowNanos) {
        if (!waiting) {
            waiting = true;
            sinceNanos = nowNanos;
        }
    }

    /** Counts bytes received from the client. */
    public synchronized void received(long count, long nowNanos) {
        if (waiting) {
            waitedNanos += nowNanos - sinceNanos;
            waiting = false;
        }
        bytes += count;
    }

    /** Ends the window if its time is over, and starts the next. Returns whether its rate was below the minimum. */
    public synchronized boolean endWindow(long minBytesPerSecond, long nowNanos) {
        long waited = waitedNanos + (waiting ? nowNanos - sinceNanos : 0);
        if (waited < WINDOW_NANOS) {
            return false;
        }
        boolean below = bytes < minBytesPerSecond * TimeUnit.NANOSECONDS.toSeconds(waited);
        waitedNanos = 0;
        sinceNanos = nowNanos;
        bytes = 0;
        return below;
    }
}
