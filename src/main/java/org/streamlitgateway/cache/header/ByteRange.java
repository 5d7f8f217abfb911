package org.streamlitgateway.cache.header;

/**
 * One part of a body (RFC 9110 section 14.1.2).
 *
 * @param start its first byte
 * @param end the byte after its last; equal to {@code start} when the body has no such part
 */
public record ByteRange(int start, int end) {
    private static final ByteRange NONE = new ByteRange(0, 0);

    /** Longer numbers than these lie beyond every body that is kept in an array. */
    private static final int MOST_DIGITS = 18;

    private static final String UNIT = "bytes";

    /**
     * {@code null} for what is not one valid range: several, another unit, or nonsense; they may be ignored. By hand and
     * in one pass: jetty-http's own parser merges ranges in quadratic time and logs each header that it does not like.
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
        return digits.length() > MOST_DIGITS ? Long.MAX_VALUE - 1 : Long.parseLong(digits);
    }

    public boolean isSatisfiable() {
        return end > start;
    }

    public String contentRange(int length) {
        return isSatisfiable() ? "bytes " + start + "-" + (end - 1) + "/" + length : "bytes */" + length;
    }
}
