package org.streamlitgateway.cache;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.ContentCoding;

/** What a request makes its answer depend on (RFC 9110 sections 13 and 14), asked of a stored asset. */
final class Preconditions {
    private Preconditions() {}

    /** The client has it already. If-Match and If-Unmodified-Since may be ignored by a cache (section 13.1.1). */
    static boolean isNotModified(HttpServletRequest request, Asset asset) {
        String ifNoneMatch = joined(request, "If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return ifNoneMatch.equals("*") || asset.etag != null && lists(ifNoneMatch, opaque(asset.etag));
        }
        long since = date(request, "If-Modified-Since");
        return since >= 0 && asset.lastModifiedSeconds >= 0 && asset.lastModifiedSeconds <= since;
    }

    /**
     * Weak comparison (section 8.8.3.2). An entity tag may hold commas and backslashes, but no quotes: read from quote to
     * quote, each character once. jetty-http's QuotedCSV takes a backslash for an escape.
     */
    private static boolean lists(String header, String opaque) {
        int from = 0;
        while (true) {
            int open = header.indexOf('"', from);
            int close = open < 0 ? -1 : header.indexOf('"', open + 1);
            if (close < 0 || !isBetween(header, from, open)) {
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

    /** Whether only what may stand between two entity tags does: commas, blanks, and the mark of a weak one. */
    private static boolean isBetween(String header, int from, int to) {
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

    /** The part that is asked for, or {@code null} for all: no Range, one that is not understood, or If-Range fails. */
    static ByteRange range(HttpServletRequest request, Asset asset) {
        String range = request.getHeader("Range");
        return range == null || !ifRangeHolds(request, asset)
                ? null
                : ByteRange.parse(range, asset.body(ContentCoding.IDENTITY).length);
    }

    /** Strong comparison; a date must be the very one (section 13.1.5). */
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
        } catch (IllegalArgumentException unreadable) {
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
