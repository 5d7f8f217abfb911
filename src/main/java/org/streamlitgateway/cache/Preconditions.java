package org.streamlitgateway.cache;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.ContentCoding;

/** Evaluates conditional and range requests against a stored asset (RFC 9110 sections 13 and 14). */
final class Preconditions {
    private Preconditions() {}

    /** Returns whether the client has the asset already. A cache may ignore If-Match and If-Unmodified-Since (13.1.1). */
    static boolean isNotModified(HttpServletRequest request, Asset asset) {
        String ifNoneMatch = joined(request, "If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return ifNoneMatch.equals("*") || asset.etag != null && containsTag(ifNoneMatch, opaque(asset.etag));
        }
        long since = date(request, "If-Modified-Since");
        return since >= 0 && asset.lastModifiedSeconds >= 0 && asset.lastModifiedSeconds <= since;
    }

    /**
     * Compares weakly (section 8.8.3.2), in one pass from quote to quote: an entity tag may contain commas and
     * backslashes, but no quotes. jetty-http's {@code QuotedCSV} would take a backslash for an escape.
     */
    private static boolean containsTag(String header, String opaque) {
        int from = 0;
        while (true) {
            int open = header.indexOf('"', from);
            int close = open < 0 ? -1 : header.indexOf('"', open + 1);
            if (close < 0 || !isSeparator(header, from, open)) {
                return false;
            }
            int length = close + 1 - open;
            if (length == opaque.length() && header.startsWith(opaque, open)) {
                int next = close + 1;
                while (next < header.length() && isBlank(header.charAt(next))) {
                    next++;
                }
                return next == header.length() || header.charAt(next) == ',';
            }
            from = close + 1;
        }
    }

    /** Returns whether the range is a valid separator of entity tags: comma, blanks, and {@code W/} of a weak tag. */
    private static boolean isSeparator(String header, int from, int to) {
        int end = to - 2 >= from && header.startsWith("W/", to - 2) ? to - 2 : to;
        boolean separated = from == 0;
        for (int i = from; i < end; i++) {
            char c = header.charAt(i);
            if (c != ',' && !isBlank(c)) {
                return false;
            }
            separated |= c == ',';
        }
        return separated;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static String opaque(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    /** Returns the requested range, or {@code null} for the whole body: no valid Range header, or If-Range fails. */
    static ByteRange range(HttpServletRequest request, Asset asset) {
        String range = request.getHeader("Range");
        return range == null || !ifRangeHolds(request, asset)
                ? null
                : ByteRange.parse(range, asset.body(ContentCoding.IDENTITY).length);
    }

    /** Compares strongly; a date must be equal (section 13.1.5). */
    private static boolean ifRangeHolds(HttpServletRequest request, Asset asset) {
        String condition = request.getHeader("If-Range");
        if (condition == null) {
            return true;
        }
        if (condition.startsWith("\"") || condition.startsWith("W/")) {
            return condition.equals(asset.etag) && !condition.startsWith("W/");
        }
        long date = date(request, "If-Range");
        return date >= 0 && date == asset.lastModifiedSeconds;
    }

    private static long date(HttpServletRequest request, String header) {
        try {
            long millis = request.getDateHeader(header);
            return millis < 0 ? -1 : millis / 1000;
        } catch (IllegalArgumentException notADate) {
            return -1;
        }
    }

    private static String joined(HttpServletRequest request, String header) {
        String first = request.getHeader(header);
        return first == null
                ? ""
                : String.join(", ", Collections.list(request.getHeaders(header)))
                        .trim();
    }
}
