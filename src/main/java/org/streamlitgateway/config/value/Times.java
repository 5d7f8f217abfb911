package org.streamlitgateway.config.value;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Format of times: {@code 500ms}, {@code 20s}, {@code 5m} or {@code 1h}; a number alone means seconds. */
public final class Times {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*(ms|s|m|h)?");

    private Times() {}

    /** Returns the shortest text that means this time. */
    public static String text(Duration time) {
        long millis = time.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }

    /** Returns the time; empty if the text is not a time. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double number = Double.parseDouble(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        double millis =
                switch (unit) {
                    case "ms" -> number;
                    case "m" -> number * 60_000;
                    case "h" -> number * 3_600_000;
                    default -> number * 1000;
                };
        return Optional.of(Duration.ofMillis((long) millis));
    }
}
