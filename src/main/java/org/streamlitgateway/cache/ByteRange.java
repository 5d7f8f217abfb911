package org.streamlitgateway.cache;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One part of a body (RFC 9110 section 14.1.2).
 *
 * @param start its first byte
 * @param end the byte after its last; equal to {@code start} when the body has no such part
 */
record ByteRange(int start, int end) {
    private static final ByteRange NONE = new ByteRange(0, 0);

    /** Longer numbers than these lie beyond every body that is kept in an array. */
    private static final int MOST_DIGITS = 18;

    private static class Form {
        static final Pattern ONE = Pattern.compile("bytes\\s*=\\s*(\\d*)\\s*-\\s*(\\d*)\\s*", Pattern.CASE_INSENSITIVE);
    }

    /** {@code null} for what is not one valid range: several, another unit, or nonsense; they may be ignored. */
    static ByteRange parse(String header, int length) {
        Matcher matcher = Form.ONE.matcher(header);
        if (!matcher.matches()) {
            return null;
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
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

    private static long number(String digits) {
        return digits.length() > MOST_DIGITS ? Long.MAX_VALUE - 1 : Long.parseLong(digits);
    }

    boolean isSatisfiable() {
        return end > start;
    }

    String contentRange(int length) {
        return isSatisfiable() ? "bytes " + start + "-" + (end - 1) + "/" + length : "bytes */" + length;
    }
}
