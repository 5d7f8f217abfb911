package org.streamlitgateway.status;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Runs of one replica's scripts in the last five minutes. Bounded. Thread-safe. */
final class RecentRuns {
    static final int MINUTES = 5;

    /** Durations kept for percentiles: the latest ones. */
    private static final int DURATIONS = 256;

    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(MINUTES);

    private final long[] countedMinute = new long[MINUTES];
    private final int[] counts = new int[MINUTES];
    private final long[] endedNanos = new long[DURATIONS];
    private final int[] millis = new int[DURATIONS];
    private long added;

    synchronized void add(long durationNanos) {
        long now = System.nanoTime();
        long minute = TimeUnit.NANOSECONDS.toMinutes(now);
        int slot = (int) Math.floorMod(minute, (long) MINUTES);
        if (countedMinute[slot] != minute) {
            countedMinute[slot] = minute;
            counts[slot] = 0;
        }
        counts[slot]++;
        int next = (int) (added++ % DURATIONS);
        endedNanos[next] = now;
        millis[next] = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(durationNanos));
    }

    synchronized double perMinute() {
        long minute = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime());
        int sum = 0;
        for (int i = 0; i < MINUTES; i++) {
            sum += minute - countedMinute[i] < MINUTES ? counts[i] : 0;
        }
        return sum / (double) MINUTES;
    }

    /** Returns the durations of the latest runs in milliseconds, the shortest first. */
    synchronized int[] sortedMillis() {
        long now = System.nanoTime();
        int[] recent = new int[(int) Math.min(added, DURATIONS)];
        int count = 0;
        for (int i = 0; i < recent.length; i++) {
            if (now - endedNanos[i] < WINDOW_NANOS) {
                recent[count++] = millis[i];
            }
        }
        int[] sorted = Arrays.copyOf(recent, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Returns a percentile; negative if there is none. */
    static long percentile(int[] sorted, int percent) {
        return sorted.length == 0 ? -1 : sorted[(sorted.length * percent + 99) / 100 - 1];
    }
}
