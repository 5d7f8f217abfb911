package org.streamlitgateway.outcome;

/**
 * Words of somebody else, fit for one line of a log or a terminal: what steers a terminal or turns the direction of
 * writing is escaped, and the length has a bound. As a record, for log statements that may be switched off: made when it
 * is printed.
 *
 * @param words anything; its text counts
 */
public record Printable(Object words) {
    private static final int MAX_CHARACTERS = 500;

    /** With the usual bound. */
    public static String of(String text) {
        return of(text, MAX_CHARACTERS);
    }

    /**
     * The text itself when it needs no change.
     *
     * @param most characters that are kept; behind them stands how many were left out
     */
    public static String of(String text, int most) {
        if (text == null) {
            return "null";
        }
        int end = Math.min(text.length(), most);
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

    /** Beyond the basic plane there are characters without a form, too: tags, for example. */
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

    /** Neither a control (C0, C1), nor a mark of direction or another format, a line's end, half a pair, or unassigned. */
    private static boolean isShown(int c) {
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
        return of(String.valueOf(words));
    }
}
