package org.streamlitgateway.websocket.peer;

import java.time.Duration;
import java.util.Arrays;

/**
 * Watches whether a peer is still there: one that says nothing is sent a ping, and is to say something then.
 *
 * <p>Only time that somebody looked on counts against a peer. A gateway that stood still for a minute (a virtual
 * machine that was moved, a processor that others had) has not looked, and what the peer said meanwhile is yet to be
 * read.
 *
 * <p>{@link #heard} and {@link #pinged} may be called by any thread, {@link #look} by one at a time. Times are those of
 * {@link System#nanoTime}.
 */
public final class PeerLiveness {
    /** What {@link #look} found. */
    public enum Finding {
        /** It was heard lately, or its answer is waited for. */
        FINE,
        /** It has been silent for long; said at each look until {@link #pinged}. */
        PING_DUE,
        /** It has not answered in time; said at each look until {@link #heard}. */
        SILENT
    }

    /** Looks per interval: a fourth of it is the most by which a finding may be late. */
    private static final int LOOKS = 4;

    private static final long MIN_PERIOD_MILLIS = 20;

    private volatile long heardNanos;
    private volatile long pingedNanos;
    private long lookedNanos;
    private long waitedNanos;

    public PeerLiveness(long nowNanos) {
        heardNanos = nowNanos;
        pingedNanos = nowNanos;
        lookedNanos = nowNanos;
    }

    /** How often to look, so that none of these times is overstepped by much. */
    public static long periodMillis(Duration... times) {
        long least = Arrays.stream(times).mapToLong(Duration::toMillis).min().orElse(0);
        return Math.max(MIN_PERIOD_MILLIS, least / LOOKS);
    }

    /** Anything came from the peer. */
    public void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** A ping is on its way. */
    public void pinged(long nowNanos) {
        pingedNanos = nowNanos;
    }

    /**
     * Called again and again, by a timer.
     *
     * @param pingInterval silence after which a ping is due
     * @param pongTimeout time after a ping within which anything has to come
     */
    public Finding look(long nowNanos, Duration pingInterval, Duration pongTimeout) {
        return look(nowNanos, pingInterval, pongTimeout, 0);
    }

    /**
     * Like {@link #look(long, Duration, Duration)}, for a peer that has much to take before the ping.
     *
     * @param patienceNanos time on top of the time-out
     */
    public Finding look(long nowNanos, Duration pingInterval, Duration pongTimeout, long patienceNanos) {
        long heard = heardNanos;
        long pinged = pingedNanos;
        long unseen = nowNanos - lookedNanos;
        lookedNanos = nowNanos;
        if (pinged - heard <= 0) {
            waitedNanos = 0;
            return nowNanos - heard > pingInterval.toNanos() ? Finding.PING_DUE : Finding.FINE;
        }
        // In half of the time-out at most, so that there are three looks at least.
        waitedNanos += Math.min(Math.min(unseen, nowNanos - pinged), pongTimeout.toNanos() / 2);
        return waitedNanos > pongTimeout.toNanos() + patienceNanos ? Finding.SILENT : Finding.FINE;
    }

    /** Whether nothing has been heard since the last ping. */
    public boolean isAwaited() {
        return pingedNanos - heardNanos > 0;
    }

    /** For how long nothing has followed the last ping, as far as somebody looked on. */
    public long waitedNanos() {
        return waitedNanos;
    }
}
