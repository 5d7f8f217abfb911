package org.streamlitgateway.config.reader;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.value.Sizes;
import org.streamlitgateway.config.value.Times;

/** Options of one channel by name. Each method takes an option out and validates its value. */
final class ChannelOptions {
    private final String where;
    private final Map<String, List<String>> remaining;
    private final List<Problem> problems;

    ChannelOptions(String where, Map<String, List<String>> options, List<Problem> problems) {
        this.where = where;
        this.remaining = new TreeMap<>(options);
        this.problems = problems;
    }

    void problem(String what) {
        problems.add(new Problem(where, what));
    }

    /** Returns the names of the options that were not taken. */
    Set<String> remaining() {
        return Set.copyOf(remaining.keySet());
    }

    /** Takes all values of an option that may be repeated. */
    List<String> all(String key) {
        List<String> values = remaining.remove(key);
        return values == null ? List.of() : List.copyOf(values);
    }

    /** Takes an option; returns {@code null} if it is missing or empty. */
    String text(String key) {
        List<String> values = all(key);
        if (values.size() > 1) {
            problem(key + " occurs " + values.size() + " times");
        }
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    /** Takes an option that is a list separated by {@code ;}. */
    Set<String> words(String key) {
        String text = text(key);
        return text == null
                ? Set.of()
                : Arrays.stream(text.split(";"))
                        .map(String::trim)
                        .filter(word -> !word.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    boolean trueOrFalse(String key, boolean defaultValue) {
        String text = text(key);
        if (text == null) {
            return defaultValue;
        }
        if (!text.equals("true") && !text.equals("false")) {
            problem(key + " '" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    int number(String key, String what, int min, int max, int defaultValue) {
        String text = text(key);
        if (text == null) {
            return defaultValue;
        }
        int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (number < min || number > max) {
            problem(key + " '" + text + "' is not a number of " + what + " from " + min + " to " + max);
            return defaultValue;
        }
        return number;
    }

    /** Takes a size; {@code min}, {@code max} and the result are in bytes. */
    long size(String key, long min, long max, long defaultValue) {
        String text = text(key);
        if (text == null) {
            return defaultValue;
        }
        long bytes = Sizes.parse(text);
        if (bytes < min || bytes > max) {
            problem(key + " '" + text + "' is not a size such as 64K or 4M, from " + min + " bytes to " + (max >> 20)
                    + "M");
            return defaultValue;
        }
        return bytes;
    }

    Duration time(String key, Duration defaultValue) {
        String text = text(key);
        if (text == null) {
            return defaultValue;
        }
        return Times.parse(text).filter(t -> !t.isZero()).orElseGet(() -> {
            problem(key + " '" + text + "' is not a time such as 500ms, 20s or 5m");
            return defaultValue;
        });
    }

    <E extends Enum<E>> E oneOf(String key, E[] values, E defaultValue) {
        String text = text(key);
        if (text == null) {
            return defaultValue;
        }
        for (E value : values) {
            if (name(value).equals(text)) {
                return value;
            }
        }
        problem(key + " '" + text + "' is not one of "
                + Arrays.stream(values).map(ChannelOptions::name).collect(Collectors.joining(", ")));
        return defaultValue;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
