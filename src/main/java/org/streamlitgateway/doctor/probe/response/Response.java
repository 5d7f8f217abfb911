package org.streamlitgateway.doctor.probe.response;

import java.util.List;
import java.util.Locale;

/**
 * An HTTP response.
 *
 * @param status status code
 * @param fields header fields in order, names in lower case
 * @param text the body's beginning, as UTF-8
 * @param length length of the whole body in bytes, as far as it was received
 * @param complete whether the whole body was received
 * @param millis time from the request's last byte to the status line
 */
public record Response(int status, List<Field> fields, String text, long length, boolean complete, long millis) {
    /** A header field. */
    public record Field(String name, String value) {}

    /** Returns the first value of a field, or an empty string. */
    public String header(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .findFirst()
                .orElse("");
    }

    /** Returns all values of a field. */
    public List<String> headers(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .toList();
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    public boolean isRedirect() {
        return status >= 300 && status < 400 && !header("location").isEmpty();
    }

    /** Whether the body is a page. */
    public boolean isHtml() {
        String start = text.stripLeading();
        String lower = start.substring(0, Math.min(start.length(), 100)).toLowerCase(Locale.ROOT);
        return header("content-type").toLowerCase(Locale.ROOT).startsWith("text/html") && lower.startsWith("<");
    }
}
