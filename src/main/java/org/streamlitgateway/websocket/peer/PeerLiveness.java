package org.streamlitgateway.websocket.peer;

import java.time.Duration;
import java.util.Arrays;

/**
 * Detector of dead peers. A timer calls {@link #check}; a peer that has sent nothing for a ping interval gets a ping,
 * and is silent if nothing follows within the pong timeout.
 *
 * <pre>
 *   LISTENING  --ping interval without data--&gt;  PING_DUE  --pinged--&gt;  AWAITED  --pong timeout--&gt;  SILENT
 *       ^                                           |                    |                        |
 *       +-------------------------------------------+------- heard ------+------------------------+
 * </pre>
 *
 * In LISTENING and AWAITED the result is {@link Result#FINE}.
 *
 * <p>Only time between checks counts against a peer, and at most half a pong timeout per check. After the gateway
 * itself stood still (virtual machine migration, CPU starvation), data that the peer sent meanwhile may still be
 * unread.
 *
 * <p>{@link #heard} and {@link #pinged} may be called by any thread, {@link #check} by one thread at a time. All times
 * are those of {@link System#nanoTime}.
 */
public final class PeerLiveness {
    /** Result of {@link #check}. */
    public enum Result {
        /** The peer was heard recently, or has time left to answer a ping. */
        FINE,
        /** The peer has sent nothing for a ping interval; returned until {@link #pinged}. */
        PING_DUE,
        /** The peer has not answered a ping in time; returned until {@link #heard}. */
        SILENT
    }

    /** Checks per interval; a result is late by a quarter of it at most. */
    private static final int CHECKS_PER_INTERVAL = 4;

    private static final long MIN_PERIOD_MILLIS = 20;

    private volatile long heardNanos;
    private volatile long pingedNanos;
    private long checkedNanos;
    private long waitedNanos;

    public PeerLiveness(long nowNanos) {
        heardNanos = nowNanos;
        pingedNanos = nowNanos;
        checkedNanos = nowNanos;
    }

    /** Returns the period of {@link #check} in milliseconds that suits the shortest of these times. */
    public static long periodMillis(Duration... times) {
        long shortest = Arrays.stream(times).mapToLong(Duration::toMillis).min().orElse(0);
        return Math.max(MIN_PERIOD_MILLIS, shortest / CHECKS_PER_INTERVAL);
    }

    /** Records that any data came from the peer. */
    public void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Records that a ping is being sent. */
    public void pinged(long nowNanos) {
        pingedNanos = nowNanos;
    }

    /**
     * Checks the peer; called periodically.
     *
     * @param pingInterval time without data after which a ping is due
     * @param pongTimeout time after a ping within which any data must come
     */
    public Result check(long nowNanos, Duration pingInterval, Duration pongTimeout) {
        return check(nowNanos, pingInterval, pongTimeout, 0);
    }

    /**
     * Checks a peer that has pending data to receive before the ping.
     *
     * @param extraNanos time added to the pong timeout
     */
    public Result check(long nowNanos, Duration pingInterval, Duration pongTimeout, long extraNanos) {
        long heard = heardNanos;
        long pinged = pingedNanos;
        long unchecked = nowNanos - checkedNanos;
        checkedNanos = nowNanos;
        if (pinged - heard <= 0) {
            waitedNanos = 0;
            return nowNanos - heard > pingInterval.toNanos() ? Result.PING_DUE : Result.FINE;
        }
        waitedNanos += Math.min(Math.min(unchecked, nowNanos - pinged), pongTimeout.toNanos() / 2);
        return waitedNanos > pongTimeout.toNanos() + extraNanos ? Result.SILENT : Result.FINE;
    }

    /** Whether nothing has been heard since the last ping. */
    public boolean isAwaited() {
        return pingedNanos - heardNanos > 0;
    }

    /** Returns the checked time since the last ping in which nothing was heard. */
    public long waitedNanos() {
        return waitedNanos;
    }
}
