package org.streamlitgateway.accesslog;

import org.streamlitgateway.outcome.Printable;

/**
 * Appends text that others chose to a line, escaped: control characters, line separators, marks of the writing direction,
 * quotes, backslashes and lone surrogates.
 */
final class LineText {
    private static final String HEX = "0123456789abcdef";
    private static final char REPLACEMENT = '\ufffd';

    private LineText() {}

    /** Appends text for between quotes, as Apache's server does: {@code \x22} for a quote. */
    static void quoted(StringBuilder out, String text) {
        append(out, text, ' ');
    }

    /** Appends text for a place where blanks separate fields; a dash for none. */
    static void token(StringBuilder out, String text) {
        if (text == null || text.isEmpty()) {
            out.append('-');
        } else {
            append(out, text, '!');
        }
    }

    /** @param lowest the lowest character that is not escaped: blank, or the one after it */
    private static void append(StringBuilder out, String text, char lowest) {
        int plain = plain(text, lowest);
        out.append(text, 0, plain);
        for (int i = plain; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c, lowest)) {
                out.append(c);
            } else if (c < 0x80 || c < 0x100 && !isShown(c)) {
                out.append("\\x").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            } else if (lowest > ' ' && Character.isSpaceChar(c)) {
                appendShown(out, false, c);
            } else {
                i = appendWide(out, text, i, false);
            }
        }
    }

    /** Appends a JSON string (RFC 8259) with its quotes. A lone surrogate, which has no UTF-8 form, is replaced. */
    static void json(StringBuilder out, String text) {
        int plain = plain(text, ' ');
        out.append('"').append(text, 0, plain);
        for (int i = plain; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c, ' ')) {
                out.append(c);
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                i = appendWide(out, text, i, true);
            }
        }
        out.append('"');
    }

    /** Returns the length of the part that needs no escape: nearly always all of it. */
    private static int plain(String text, char lowest) {
        int end = 0;
        while (end < text.length() && isPlain(text.charAt(end), lowest)) {
            end++;
        }
        return end;
    }

    private static boolean isPlain(char c, char lowest) {
        return c >= lowest && c < 0x7f && c != '"' && c != '\\';
    }

    /** Appends the character at this index, which is not plain ASCII; returns the index of its last half. */
    private static int appendWide(StringBuilder out, String text, int at, boolean json) {
        char c = text.charAt(at);
        if (!Character.isSurrogate(c)) {
            appendShown(out, isShown(c), c);
            return at;
        }
        boolean pair =
                Character.isHighSurrogate(c) && at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
        if (!pair) {
            appendShown(out, json, json ? REPLACEMENT : c);
            return at;
        }
        char low = text.charAt(at + 1);
        boolean shown = Printable.isShown(Character.toCodePoint(c, low));
        appendShown(out, shown, c);
        appendShown(out, shown, low);
        return at + 1;
    }

    private static void appendShown(StringBuilder out, boolean shown, char c) {
        if (shown) {
            out.append(c);
        } else {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                out.append(HEX.charAt(c >> shift & 15));
            }
        }
    }

    private static boolean isShown(char c) {
        return c != '"' && c != '\\' && Printable.isShown(c);
    }
}
