package org.streamlitgateway.outcome;

/**
 * Untrusted text made safe for one line of a log or a terminal. Control characters and marks that change the writing
 * direction are escaped, and the length is limited. The record form is for log statements that may be switched off: it
 * escapes only when it is printed.
 *
 * @param value any object; its {@code toString} is printed
 */
public record Printable(Object value) {
    private static final int MAX_CHARACTERS = 500;

    /** Escapes the text, limited to a length for log lines. */
    public static String of(String text) {
        return of(text, MAX_CHARACTERS);
    }

    /**
     * Escapes the text; returns the same object if nothing had to be changed.
     *
     * @param maxCharacters number of characters kept; the number of omitted ones is appended
     */
    public static String of(String text, int maxCharacters) {
        if (text == null) {
            return "null";
        }
        int end = Math.min(text.length(), maxCharacters);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        int plain = 0;
        while (plain < end && isPlain(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(end + 32).append(text, 0, plain);
        for (int i = plain; i < end; i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                appendPair(out, c, text.charAt(++i));
            } else if (isPlain(c)) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return end == text.length()
                ? out.toString()
                : out.append("… (").append(text.length() - end).append(" more)").toString();
    }

    /** Appends a surrogate pair, escaped if it is invisible, such as the tag characters. */
    private static void appendPair(StringBuilder out, char high, char low) {
        if (isShown(Character.toCodePoint(high, low))) {
            out.append(high).append(low);
        } else {
            out.append(String.format("\\u%04x\\u%04x", (int) high, (int) low));
        }
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7f || c > 0x7f && isShown(c);
    }

    /** Returns whether the character is visible: no control, format, line separator, lone surrogate or unassigned one. */
    public static boolean isShown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return of(String.valueOf(value));
    }
}
