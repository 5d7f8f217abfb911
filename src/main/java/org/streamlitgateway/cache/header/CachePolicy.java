package org.streamlitgateway.cache.header;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Which requests the cache answers and which responses it stores (RFC 9111 section 3, stricter where that is simpler). */
public final class CachePolicy {
    /** Headers of responses that belong to one client, one address or one moment. */
    private static final Set<String> UNCACHEABLE_HEADERS =
            Set.of("Set-Cookie", "Content-Range", "Content-Location", "Trailer");

    private static final Set<String> UNCACHEABLE_DIRECTIVES = Set.of("no-store", "no-cache", "private");

    private static final int MIN_FINGERPRINT_LENGTH = 8;

    private CachePolicy() {}

    /**
     * Returns whether the cache may answer a request. Requests with a query are excluded: one asset could be stored under
     * any number of keys, and immutable assets have none. The client's Cache-Control is ignored, as is usual for a cache
     * that acts for the origin: an immutable response need not be validated.
     */
    public static boolean mayAnswer(HttpServletRequest request) {
        String method = request.getMethod();
        return (method.equals("GET") || method.equals("HEAD"))
                && request.getQueryString() == null
                && request.getHeader("Authorization") == null;
    }

    /** Returns whether a complete response to this request may be stored. */
    public static boolean mayRecord(HttpServletRequest request) {
        return request.getMethod().equals("GET") && request.getHeader("Range") == null;
    }

    /** Returns whether the request has no preconditions. */
    public static boolean isUnconditional(HttpServletRequest request) {
        return request.getHeader("If-None-Match") == null
                && request.getHeader("If-Modified-Since") == null
                && request.getHeader("If-Match") == null
                && request.getHeader("If-Unmodified-Since") == null;
    }

    /** Returns how many seconds a response may be served from memory; 0 if it must not be stored. */
    public static long freshSeconds(Response response) {
        HttpFields headers = response.getHeaders();
        CacheControl control = new CacheControl(headers.getValuesList(HttpHeader.CACHE_CONTROL));
        boolean cacheable = response.getStatus() == 200
                && control.has("immutable")
                && UNCACHEABLE_DIRECTIVES.stream().noneMatch(control::has)
                && UNCACHEABLE_HEADERS.stream().noneMatch(headers::contains)
                && headers.getLongField(HttpHeader.CONTENT_LENGTH) >= 0
                && isUnencoded(headers)
                && variesByCodingOnly(headers);
        return cacheable ? Math.max(0, control.freshSeconds() - ageSeconds(headers)) : 0;
    }

    /** Returns the value of the Age header; 0 if it is missing or invalid. */
    public static long ageSeconds(HttpFields headers) {
        try {
            return Math.max(0, headers.getLongField(HttpHeader.AGE));
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    /** Encoded responses are not stored: each coding would need an entry of its own. */
    private static boolean isUnencoded(HttpFields headers) {
        String coding = headers.get(HttpHeader.CONTENT_ENCODING);
        return (coding == null || coding.equalsIgnoreCase("identity"))
                && !headers.contains(HttpHeader.TRANSFER_ENCODING);
    }

    private static boolean variesByCodingOnly(HttpFields headers) {
        return headers.getCSV(HttpHeader.VARY, false).stream()
                .allMatch(name -> name.equalsIgnoreCase("Accept-Encoding"));
    }

    /**
     * Returns whether the file name contains a hash of its content, as in {@code index.CcFifQPt.js}. Only requests for
     * such names are coalesced and ask for the unencoded body: their responses are most likely cacheable.
     */
    public static boolean isFingerprinted(String path) {
        int end = path.lastIndexOf('.');
        if (end <= path.lastIndexOf('/')) {
            return false;
        }
        int start = end;
        boolean hasUpperCaseOrDigit = false;
        boolean hasDash = false;
        while (start > 0 && isFingerprint(path.charAt(start - 1))) {
            char c = path.charAt(--start);
            hasUpperCaseOrDigit |= c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            hasDash |= c == '-';
        }
        boolean separated = hasDash || start > 0 && path.charAt(start - 1) == '.';
        return hasUpperCaseOrDigit && separated && end - start >= MIN_FINGERPRINT_LENGTH;
    }

    private static boolean isFingerprint(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }
}
