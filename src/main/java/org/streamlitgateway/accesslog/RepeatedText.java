package org.streamlitgateway.accesslog;

import java.util.function.UnaryOperator;

/**
 * The JSON form of a text that is often the same as in the line before: comparing is several times cheaper than escaping.
 * Used by one thread.
 */
final class RepeatedText {
    private final JsonField field;
    private final UnaryOperator<String> shown;
    private String last;
    private String json = "";

    /** @param shown returns what to show of a text; {@code null} to leave it out */
    RepeatedText(JsonField field, UnaryOperator<String> shown) {
        this.field = field;
        this.shown = shown;
    }

    RepeatedText(JsonField field) {
        this(field, text -> text);
    }

    /** Appends the field; leaves it out without a text. */
    void put(StringBuilder out, String text) {
        if (text == null) {
            return;
        }
        if (!text.equals(last)) {
            StringBuilder made = new StringBuilder();
            field.put(made, shown.apply(text));
            json = made.toString();
            last = text;
        }
        out.append(json);
    }
}
