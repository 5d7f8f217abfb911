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

/** The options of one channel by name, taken out one by one; each kind of value is checked here. */
final class ChannelOptions {
    private final String where;
    private final Map<String, List<String>> left;
    private final List<Problem> problems;

    ChannelOptions(String where, Map<String, List<String>> options, List<Problem> problems) {
        this.where = where;
        this.left = new TreeMap<>(options);
        this.problems = problems;
    }

    void problem(String what) {
        problems.add(new Problem(where, what));
    }

    /** The names of the options that nobody has taken. */
    Set<String> left() {
        return Set.copyOf(left.keySet());
    }

    /** Every value of an option that may be given again. */
    List<String> all(String key) {
        List<String> values = left.remove(key);
        return values == null ? List.of() : List.copyOf(values);
    }

    /** {@code null} when it is not given or empty. */
    String text(String key) {
        List<String> values = all(key);
        if (values.size() > 1) {
            problem(key + " is given " + values.size() + " times");
        }
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    /** Words with {@code ;} between. */
    Set<String> words(String key) {
        String text = text(key);
        return text == null
                ? Set.of()
                : Arrays.stream(text.split(";"))
                        .map(String::trim)
                        .filter(word -> !word.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    boolean flag(String key, boolean otherwise) {
        String text = text(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.equals("true") && !text.equals("false")) {
            problem(key + " '" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    int number(String key, String what, int least, int most, int otherwise) {
        String text = text(key);
        if (text == null) {
            return otherwise;
        }
        int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            problem(key + " '" + text + "' is not a number of " + what + " from " + least + " to " + most);
            return otherwise;
        }
        return number;
    }

    /** In bytes. */
    long size(String key, long least, long most, long otherwise) {
        String text = text(key);
        if (text == null) {
            return otherwise;
        }
        long bytes = Sizes.parse(text);
        if (bytes < least || bytes > most) {
            problem(key + " '" + text + "' is not a size such as 64K or 4M, from " + least + " bytes to " + (most >> 20)
                    + "M");
            return otherwise;
        }
        return bytes;
    }

    Duration time(String key, Duration otherwise) {
        String text = text(key);
        if (text == null) {
            return otherwise;
        }
        return Times.parse(text).filter(t -> !t.isZero()).orElseGet(() -> {
            problem(key + " '" + text + "' is not a time such as 500ms, 20s or 5m");
            return otherwise;
        });
    }

    <E extends Enum<E>> E oneOf(String key, E[] values, E otherwise) {
        String text = text(key);
        if (text == null) {
            return otherwise;
        }
        for (E value : values) {
            if (name(value).equals(text)) {
                return value;
            }
        }
        problem(key + " '" + text + "' is none of "
                + Arrays.stream(values).map(ChannelOptions::name).collect(Collectors.joining(", ")));
        return otherwise;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
