package org.streamlitgateway.pages.look;

import org.streamlitgateway.outcome.Printable;

/** Text from outside in HTML. */
public final class Html {
    private static final int MAX_CHARACTERS = 300;

    private Html() {}

    /**
     * Returns text for an element or a quoted attribute. Marks that change the writing direction and control characters
     * are shown as escapes, and the length is limited.
     */
    public static String text(String untrusted) {
        return escaped(Printable.of(untrusted, MAX_CHARACTERS));
    }

    /** Returns text of any length for an element or a quoted attribute. */
    public static String escaped(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            String reference = reference(text.charAt(i));
            if (reference != null && out == null) {
                out = new StringBuilder(text.length() + 32).append(text, 0, i);
            }
            if (out != null && reference != null) {
                out.append(reference);
            } else if (out != null) {
                out.append(text.charAt(i));
            }
        }
        return out == null ? text : out.toString();
    }

    private static String reference(char c) {
        return switch (c) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '"' -> "&quot;";
            case '\'' -> "&#39;";
            default -> null;
        };
    }
}
