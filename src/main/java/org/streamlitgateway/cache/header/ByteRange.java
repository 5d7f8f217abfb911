package org.streamlitgateway.cache.header;

/**
 * A byte range of a body (RFC 9110 section 14.1.2).
 *
 * @param start index of the first byte
 * @param end exclusive end; equal to {@code start} if the range is not satisfiable
 */
public record ByteRange(int start, int end) {
    private static final ByteRange NONE = new ByteRange(0, 0);

    /** Longer numbers overflow a long, and lie beyond the end of any array. */
    private static final int MAX_DIGITS = 18;

    private static final String UNIT = "bytes";

    /**
     * Parses a Range header in one pass. Returns {@code null} unless it is one valid range of bytes; all other headers may
     * be ignored. jetty-http's parser merges ranges in quadratic time and logs each invalid header.
     */
    public static ByteRange parse(String header, int length) {
        int equals = header.indexOf('=');
        int dash = header.indexOf('-', equals + 1);
        if (equals < 0 || dash < 0 || !header.substring(0, equals).trim().equalsIgnoreCase(UNIT)) {
            return null;
        }
        String first = header.substring(equals + 1, dash).trim();
        String last = header.substring(dash + 1).trim();
        if (!isDigits(first) || !isDigits(last)) {
            return null;
        }
        if (first.isEmpty() && last.isEmpty()) {
            return null;
        }
        if (first.isEmpty()) {
            int suffix = (int) Math.min(number(last), length);
            return suffix == 0 ? NONE : new ByteRange(length - suffix, length);
        }
        long start = number(first);
        long end = last.isEmpty() ? length : Math.min(number(last) + 1, length);
        if (!last.isEmpty() && number(last) < start) {
            return null;
        }
        return start >= length ? NONE : new ByteRange((int) start, (int) end);
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String digits) {
        return digits.length() > MAX_DIGITS ? Long.MAX_VALUE - 1 : Long.parseLong(digits);
    }

    public boolean isSatisfiable() {
        return end > start;
    }

    public String contentRange(int length) {
        return isSatisfiable() ? "bytes " + start + "-" + (end - 1) + "/" + length : "bytes */" + length;
    }
}
