package org.streamlitgateway.observe.history;

import java.util.Arrays;

/** The latest durations of a session's runs, for a percentile. Not thread-safe. */
public final class RecentDurations {
    private static final int COUNT = 64;

    private final int[] millis = new int[COUNT];
    private long count;

    public void add(long nanos) {
        millis[(int) (count++ % COUNT)] = (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000);
    }

    /** Returns a percentile in milliseconds; negative if there is none. */
    public long percentile(int percent) {
        int used = (int) Math.min(count, COUNT);
        if (used == 0) {
            return -1;
        }
        int[] sorted = Arrays.copyOf(millis, used);
        Arrays.sort(sorted);
        return sorted[(used * percent + 99) / 100 - 1];
    }
}
