package org.streamlitgateway.cache.header;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The directives of a Cache-Control header, merged from all its lines (RFC 9111 section 5.2). */
public final class CacheControl {
    private static final long INVALID = -1;
    private static final int MAX_DIGITS = 18;

    /** Arguments by name in lower case; the first of duplicate directives counts (section 4.2.1). */
    private final Map<String, String> directives = new HashMap<>();

    public CacheControl(List<String> lines) {
        lines.forEach(this::parse);
    }

    /** Splits at commas outside quotes: {@code private="set-cookie, x"} is one directive. */
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

    /** Returns whether a directive is present, with or without an argument. */
    public boolean has(String directive) {
        return directives.containsKey(directive);
    }

    /** Returns the freshness lifetime for a shared cache, in seconds; 0 if it is missing or invalid. */
    public long freshSeconds() {
        long seconds = seconds(has("s-maxage") ? "s-maxage" : "max-age");
        return seconds == INVALID ? 0 : seconds;
    }

    private long seconds(String directive) {
        String value = directives.getOrDefault(directive, "");
        if (value.isEmpty() || value.length() > MAX_DIGITS || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return INVALID;
        }
        return Long.parseLong(value);
    }
}
