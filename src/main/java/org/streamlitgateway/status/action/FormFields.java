package org.streamlitgateway.status.action;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Fields of a form, in a query or in the body of a POST. Of several with one name, the first counts.
 *
 * @param values by name
 */
public record FormFields(Map<String, String> values) {
    private static final int MAX_FIELDS = 20;

    /** Parses {@code application/x-www-form-urlencoded}; ignores what is not valid. */
    public static FormFields parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text.split("&", MAX_FIELDS + 1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && values.size() < MAX_FIELDS) {
                try {
                    values.putIfAbsent(
                            pair.substring(0, equals),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    // percent-encoding that is not valid
                }
            }
        }
        return new FormFields(Map.copyOf(values));
    }

    /** Returns a field without blanks around it; empty if there is none. */
    public String get(String name) {
        return values.getOrDefault(name, "").trim();
    }

    /** Returns the field of a parameter; empty if there is none. */
    public String get(ActionName.Parameter parameter) {
        return get(parameter.key());
    }
}
