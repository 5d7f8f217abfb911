package org.streamlitgateway.status.text;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Amounts and times for people, all short. */
public final class Amounts {
    private static final String NONE = "–";
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int MINUTES_PER_HOUR = 60;
    private static final int HOURS_PER_DAY = 24;
    private static final int MILLIS = 1000;
    private static final int KILO = 1000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Amounts() {}

    /** Returns a size such as {@code 1.2 MB}, in powers of 1000. */
    public static String bytes(long bytes) {
        if (bytes < KILO) {
            return bytes + " B";
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= KILO && unit < 3) {
            amount /= KILO;
            unit++;
        }
        return decimal(amount) + " " + "kMGT".charAt(unit) + "B";
    }

    private static String decimal(double amount) {
        return String.format(Locale.ROOT, amount < 10 ? "%.1f" : "%.0f", amount);
    }

    /** Returns a duration such as {@code 120 ms}; a dash if it is negative. */
    public static String millis(long millis) {
        if (millis < 0) {
            return NONE;
        }
        if (millis < MILLIS) {
            return millis + " ms";
        }
        double seconds = millis / (double) MILLIS;
        return seconds < SECONDS_PER_MINUTE ? decimal(seconds) + " s" : age(Duration.ofMillis(millis));
    }

    /** Returns a long duration in its largest unit, such as {@code 3 min}. */
    public static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < SECONDS_PER_MINUTE) {
            return seconds + " s";
        }
        long minutes = seconds / SECONDS_PER_MINUTE;
        if (minutes < MINUTES_PER_HOUR) {
            return minutes + " min";
        }
        long hours = minutes / MINUTES_PER_HOUR;
        return hours < 2 * HOURS_PER_DAY ? hours + " h" : hours / HOURS_PER_DAY + " days";
    }

    public static String rate(double perMinute) {
        return perMinute == 0 ? "0" : decimal(perMinute);
    }

    /** Returns a time in UTC. */
    public static String time(Instant time) {
        return TIME.format(time);
    }
}
