package org.streamlitgateway.it.hostile;

import java.util.List;
import java.util.Locale;

/**
 * What came back.
 *
 * @param status 0 when the connection ended without an answer
 * @param head the status line and the field lines
 */
record Answer(int status, List<String> head, String body) {
    static final Answer NONE = new Answer(0, List.of(), "");

    /** The values of a field. */
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

    /** Whether the request was turned down, with an answer or without; an error of the gateway's own is neither. */
    boolean isRefusal() {
        return status == 0 || status >= 400 && status < 500 || status == 501 || status == 505;
    }

    boolean says(String name, String token) {
        return all(name).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains(token));
    }

    /** Of the request that Streamlit got, as its echo shows it. */
    List<String> seen(String name) {
        return new Answer(status, body.lines().toList(), "").all(name);
    }

    @Override
    public String toString() {
        String text = body.length() > 300 ? body.substring(0, 300) + "…" : body;
        return status == 0 ? "closed without an answer" : String.join(" | ", head) + " || " + text;
    }
}
