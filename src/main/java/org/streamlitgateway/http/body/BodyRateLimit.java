package org.streamlitgateway.http.body;

import java.util.concurrent.TimeUnit;

/**
 * How fast a request's body comes. Only time in which the client is waited for counts, so that a Streamlit that takes
 * nothing makes no client slow. Looked at in turns of {@link #TURN_NANOS}, so that what came fast at first does not pay for
 * what trickles in later. Thread-safe.
 */
public final class BodyRateLimit {
    /** Grace for the first bytes, and then the time over which the rate is taken. */
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(20);

    private boolean isAwaited;
    private long sinceNanos;
    private long waitedNanos;
    private long bytes;

    /** From now on the client is waited for. */
    public synchronized void await(long nowNanos) {
        if (!isAwaited) {
            isAwaited = true;
            sinceNanos = nowNanos;
        }
    }

    /** It has sent some, or all. */
    public synchronized void came(long count, long nowNanos) {
        if (isAwaited) {
            waitedNanos += nowNanos - sinceNanos;
            isAwaited = false;
        }
        bytes += count;
    }

    /** Whether less than this has come per second in a turn that is over. */
    public synchronized boolean isBelow(long bytesPerSecond, long nowNanos) {
        long waited = waitedNanos + (isAwaited ? nowNanos - sinceNanos : 0);
        if (waited < TURN_NANOS) {
            return false;
        }
        boolean below = bytes < bytesPerSecond * TimeUnit.NANOSECONDS.toSeconds(waited);
        waitedNanos = 0;
        sinceNanos = nowNanos;
        bytes = 0;
        return below;
    }
}
