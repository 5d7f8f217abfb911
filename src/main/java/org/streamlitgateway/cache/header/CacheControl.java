package org.streamlitgateway.cache.header;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The directives of a Cache-Control header (RFC 9111 section 5.2), whatever number of lines it came in. */
public final class CacheControl {
    private static final long INVALID = -1;

    /** By name in lower case; of a directive that is given twice the first counts (section 4.2.1). */
    private final Map<String, String> directives = new HashMap<>();

    public CacheControl(List<String> lines) {
        lines.forEach(this::parse);
    }

    /** Commas within quotes do not separate: {@code private="set-cookie, x"}. */
    private void parse(String line) {
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= line.length(); i++) {
            if (i < line.length() && line.charAt(i) == '"') {
                quoted = !quoted;
            }
            if (i == line.length() || line.charAt(i) == ',' && !quoted) {
                add(line.substring(start, i).trim());
                start = i + 1;
            }
        }
    }

    private void add(String directive) {
        if (!directive.isEmpty()) {
            int equals = directive.indexOf('=');
            String name =
                    equals < 0 ? directive : directive.substring(0, equals).trim();
            String value = equals < 0 ? "" : directive.substring(equals + 1).trim();
            directives.putIfAbsent(name.toLowerCase(Locale.ROOT), value.replace("\"", ""));
        }
    }

    /** With or without an argument: a shared cache may keep less than it must, never more. */
    public boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** How long a shared cache may serve it, in seconds; 0 when that is not said in a valid way. */
    public long freshSeconds() {
        long seconds = seconds(has("s-maxage") ? "s-maxage" : "max-age");
        return seconds == INVALID ? 0 : seconds;
    }

    private long seconds(String directive) {
        String value = directives.getOrDefault(directive, "");
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return INVALID;
        }
        return Long.parseLong(value);
    }
}
