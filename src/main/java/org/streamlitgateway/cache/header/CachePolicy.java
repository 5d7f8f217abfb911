package org.streamlitgateway.cache.header;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The rules of what is asked of the cache and what may be kept (RFC 9111 section 3, stricter where that is simpler). */
public final class CachePolicy {
    /** Answers under these belong to one client, one address or one moment. */
    private static final Set<String> UNFIT_HEADERS =
            Set.of("Set-Cookie", "Content-Range", "Content-Location", "Trailer");

    private static final Set<String> UNFIT_DIRECTIVES = Set.of("no-store", "no-cache", "private");

    private static final int SHORTEST_FINGERPRINT = 8;

    private CachePolicy() {}

    /**
     * Whether the cache has anything to do with a request. A query would let one asset be kept under any number of
     * names, and assets that never change have none. The client's Cache-Control is not heeded, as is usual for a cache
     * that stands for the origin: what never changes needs no second look.
     */
    public static boolean mayAnswer(HttpServletRequest request) {
        String method = request.getMethod();
        return (method.equals("GET") || method.equals("HEAD"))
                && request.getQueryString() == null
                && request.getHeader("Authorization") == null;
    }

    /** Whether the answer to a request, if it is a whole one, may be kept. */
    public static boolean mayRecord(HttpServletRequest request) {
        return request.getMethod().equals("GET") && request.getHeader("Range") == null;
    }

    /** Whether the client wants all of it, whatever it has. */
    public static boolean isUnconditional(HttpServletRequest request) {
        return request.getHeader("If-None-Match") == null
                && request.getHeader("If-Modified-Since") == null
                && request.getHeader("If-Match") == null
                && request.getHeader("If-Unmodified-Since") == null;
    }

    /** How many seconds the answer may be served from memory; 0 when it must not be kept. */
    public static long freshSeconds(Response answer) {
        HttpFields headers = answer.getHeaders();
        CacheControl control = new CacheControl(headers.getValuesList(HttpHeader.CACHE_CONTROL));
        boolean fit = answer.getStatus() == 200
                && control.has("immutable")
                && UNFIT_DIRECTIVES.stream().noneMatch(control::has)
                && UNFIT_HEADERS.stream().noneMatch(headers::contains)
                && headers.getLongField(HttpHeader.CONTENT_LENGTH) >= 0
                && isPlain(headers)
                && variesByCodingAlone(headers);
        return fit ? Math.max(0, control.freshSeconds() - Math.max(0, ageSeconds(headers))) : 0;
    }

    public static long ageSeconds(HttpFields headers) {
        try {
            return Math.max(0, headers.getLongField(HttpHeader.AGE));
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    /** What comes encoded is passed on as it is: to keep it would mean to keep it apart for each client's wishes. */
    private static boolean isPlain(HttpFields headers) {
        String coding = headers.get(HttpHeader.CONTENT_ENCODING);
        return (coding == null || coding.equalsIgnoreCase("identity"))
                && !headers.contains(HttpHeader.TRANSFER_ENCODING);
    }

    private static boolean variesByCodingAlone(HttpFields headers) {
        return headers.getCSV(HttpHeader.VARY, false).stream()
                .allMatch(name -> name.equalsIgnoreCase("Accept-Encoding"));
    }

    /**
     * Whether a path's name carries a hash of its content, as {@code index.CcFifQPt.js} does. Only such requests wait
     * for one another and ask for the plain form: of all others it is not known that they are worth it.
     */
    public static boolean isFingerprinted(String path) {
        int end = path.lastIndexOf('.');
        if (end <= path.lastIndexOf('/')) {
            return false;
        }
        int start = end;
        boolean mixed = false;
        boolean dashed = false;
        while (start > 0 && isFingerprint(path.charAt(start - 1))) {
            char c = path.charAt(--start);
            mixed |= c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            dashed |= c == '-';
        }
        boolean apart = dashed || start > 0 && path.charAt(start - 1) == '.';
        return mixed && apart && end - start >= SHORTEST_FINGERPRINT;
    }

    private static boolean isFingerprint(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }
}
