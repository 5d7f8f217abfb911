package org.streamlitgateway.cache;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;

/** What a request makes its answer depend on (RFC 9110 sections 13 and 14), asked of a stored asset. */
final class Conditions {
    private Conditions() {}

    /** The client has it already. If-Match and If-Unmodified-Since may be ignored by a cache (section 13.1.1). */
    static boolean isNotModified(HttpServletRequest request, Asset asset) {
        String ifNoneMatch = joined(request, "If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return ifNoneMatch.equals("*") || asset.etag != null && lists(ifNoneMatch, opaque(asset.etag));
        }
        long since = date(request, "If-Modified-Since");
        return since >= 0 && asset.lastModifiedSeconds >= 0 && asset.lastModifiedSeconds <= since;
    }

    /** Weak comparison (section 8.8.3.2); an entity tag may contain commas, so it is not split but searched. */
    private static boolean lists(String header, String opaque) {
        int at = header.indexOf(opaque);
        while (at >= 0) {
            String before = header.substring(0, at).stripTrailing();
            String plain = before.endsWith("W/")
                    ? before.substring(0, before.length() - 2).stripTrailing()
                    : before;
            String after = header.substring(at + opaque.length()).stripLeading();
            if ((plain.isEmpty() || plain.endsWith(",")) && (after.isEmpty() || after.startsWith(","))) {
                return true;
            }
            at = header.indexOf(opaque, at + 1);
        }
        return false;
    }

    private static String opaque(String etag) {
        return etag.startsWith("W/") ? etag.substring(2) : etag;
    }

    /** The part that is asked for, or {@code null} for all: no Range, one that is not understood, or If-Range fails. */
    static ByteRange range(HttpServletRequest request, Asset asset) {
        String range = request.getHeader("Range");
        return range == null || !ifRangeHolds(request, asset)
                ? null
                : ByteRange.parse(range, asset.body(Coding.IDENTITY).length);
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
