package org.streamlitgateway.it.hostile;

import java.util.List;
import java.util.Locale;

/**
 * A response.
 *
 * @param status 0 if the connection ended without a response
 * @param head the status line and the field lines
 */
record Answer(int status, List<String> head, String body) {
    static final Answer NONE = new Answer(0, List.of(), "");

    /** Returns the values of a field. */
    List<String> all(String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .toList();
    }

    String first(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /**
     * Returns whether the request was refused, with a response or without; a 5xx of the gateway itself is not a
     * refusal.
     */
    boolean isRefusal() {
        return status == 0 || status >= 400 && status < 500 || status == 501 || status == 505;
    }

    boolean says(String name, String token) {
        return all(name).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains(token));
    }

    /** Returns the values of a field in the request that Streamlit received, as its echo shows them. */
    List<String> seen(String name) {
        return new Answer(status, body.lines().toList(), "").all(name);
    }

    @Override
    public String toString() {
        String text = body.length() > 300 ? body.substring(0, 300) + "…" : body;
        return status == 0 ? "closed without an answer" : String.join(" | ", head) + " || " + text;
    }
}
