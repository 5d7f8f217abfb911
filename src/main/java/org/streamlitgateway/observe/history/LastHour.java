package org.streamlitgateway.observe.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What happened to one app in each of the last 60 minutes. Bounded: {@value #MINUTES} slots. Thread-safe.
 *
 * <p>Durations are counted in buckets whose bounds grow by the factor √2 from 1 ms on, so a percentile is exact to 41 %.
 */
public final class LastHour {
    public static final int MINUTES = 60;

    private static final int BUCKETS = 44;

    /** Kinds of events. */
    public enum Event {
        REQUEST,
        FAILURE,
        RERUN,
        EXCEPTION
    }

    /** Counts of one minute. */
    private static final class Minute {
        long number = Long.MIN_VALUE;
        final Map<Event, Long> events = new EnumMap<>(Event.class);
        final int[] durations = new int[BUCKETS];
        int sessions;
    }

    private final Minute[] minutes = new Minute[MINUTES];

    public LastHour() {
        for (int i = 0; i < MINUTES; i++) {
            minutes[i] = new Minute();
        }
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime());
    }

    private Minute at(long number) {
        Minute minute = minutes[(int) Math.floorMod(number, (long) MINUTES)];
        if (minute.number != number) {
            minute.number = number;
            minute.events.clear();
            Arrays.fill(minute.durations, 0);
            minute.sessions = 0;
        }
        return minute;
    }

    public synchronized void count(Event event) {
        at(now()).events.merge(event, 1L, Long::sum);
    }

    public synchronized void rerun(long nanos) {
        Minute minute = at(now());
        minute.events.merge(Event.RERUN, 1L, Long::sum);
        minute.durations[bucket(nanos)]++;
    }

    /** Notes the number of open sessions; the largest one of a minute is kept. */
    public synchronized void sessions(int open) {
        Minute minute = at(now());
        minute.sessions = Math.max(minute.sessions, open);
    }

    private static int bucket(long nanos) {
        double millis = nanos / 1e6;
        return millis <= 1 ? 0 : Math.min(BUCKETS - 1, (int) Math.ceil(2 * Math.log(millis) / Math.log(2)));
    }

    /** Returns the events of each minute, the oldest first. */
    public synchronized List<Long> events(Event event) {
        long last = now();
        List<Long> result = new ArrayList<>(MINUTES);
        for (int i = 0; i < MINUTES; i++) {
            Minute minute = existing(last - MINUTES + 1 + i);
            result.add(minute == null ? 0L : minute.events.getOrDefault(event, 0L));
        }
        return result;
    }

    /** Returns the largest number of open sessions of each minute, the oldest first; 0 where none was noted. */
    public synchronized List<Long> sessions() {
        long last = now();
        List<Long> result = new ArrayList<>(MINUTES);
        for (int i = 0; i < MINUTES; i++) {
            Minute minute = existing(last - MINUTES + 1 + i);
            result.add(minute == null ? 0L : Long.valueOf(minute.sessions));
        }
        return result;
    }

    /** Returns a percentile of the durations of each minute in milliseconds, the oldest first; 0 where there is none. */
    public synchronized List<Long> percentiles(int percent) {
        long last = now();
        List<Long> result = new ArrayList<>(MINUTES);
        for (int i = 0; i < MINUTES; i++) {
            Minute minute = existing(last - MINUTES + 1 + i);
            result.add(minute == null ? 0L : Long.valueOf(Math.max(0, percentile(minute.durations, percent))));
        }
        return result;
    }

    /** Returns a percentile of the durations of the last minutes, in milliseconds; negative if there is none. */
    public synchronized long percentile(int percent, int lastMinutes) {
        int[] all = new int[BUCKETS];
        long last = now();
        for (int i = 0; i < lastMinutes; i++) {
            Minute minute = existing(last - i);
            for (int b = 0; minute != null && b < BUCKETS; b++) {
                all[b] += minute.durations[b];
            }
        }
        return percentile(all, percent);
    }

    /** Returns the events of the last minutes. */
    public synchronized long sum(Event event, int lastMinutes) {
        long sum = 0;
        long last = now();
        for (int i = 0; i < lastMinutes; i++) {
            Minute minute = existing(last - i);
            sum += minute == null ? 0 : minute.events.getOrDefault(event, 0L);
        }
        return sum;
    }

    private Minute existing(long number) {
        Minute minute = minutes[(int) Math.floorMod(number, (long) MINUTES)];
        return minute.number == number ? minute : null;
    }

    private static long percentile(int[] durations, int percent) {
        long total = 0;
        for (int count : durations) {
            total += count;
        }
        if (total == 0) {
            return -1;
        }
        long rank = (total * percent + 99) / 100;
        int bucket = 0;
        for (long seen = durations[0]; seen < rank; seen += durations[bucket]) {
            bucket++;
        }
        return Math.round(Math.pow(2, bucket / 2.0));
    }
}
