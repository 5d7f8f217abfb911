package org.streamlitgateway.grammar;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.outcome.Outcome;

/**
 * Says whether a request may be passed on at all, by whichever protocol it came. Containers check HTTP/1.1 closely and
 * HTTP/2 hardly; whatever passes here can be written into the request line and the header fields of HTTP/1.1.
 */
public final class RequestGrammar {
    /** Request attribute: an {@link Outcome} that only the server itself could find, ahead of this check. */
    public static final String REFUSAL = RequestGrammar.class.getName() + ".refusal";

    /** For the field Allow (RFC 9110 section 10.2.1); there are more, but these are what apps have. */
    public static final String ALLOWED_METHODS = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";

    /** A longer number does not fit into 64 bits. */
    private static final int MOST_DIGITS = 18;

    private static final String TRANSFER_ENCODING = "Transfer-Encoding";

    /** HTTP/2 has none of these (RFC 9113 section 8.2.2). */
    private static final Set<String> OF_HTTP_1 =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private RequestGrammar() {}

    /**
     * Returns why the request is refused, or {@code null}.
     *
     * @param webSocket whether it asks for a WebSocket, which HTTP/2 does by CONNECT
     */
    public static Outcome check(HttpServletRequest request, boolean webSocket) {
        if (request.getAttribute(REFUSAL) instanceof Outcome refusal) {
            return refusal;
        }
        String method = request.getMethod();
        if (!isToken(method)) {
            return Outcome.BAD_REQUEST;
        }
        if (method.equals("TRACE") || method.equals("CONNECT") && !(webSocket && isHttp2(request))) {
            return Outcome.BAD_METHOD; // both are for proxies that a client has chosen (RFC 9110 section 9.3)
        }
        boolean valid = isTarget(request.getRequestURI())
                && (request.getQueryString() == null || isVisible(request.getQueryString()))
                && !DotSegments.in(request.getRequestURI())
                && !hasCodedControl(request.getRequestURI())
                && isScheme(request.getScheme())
                && isHost(request)
                && areFields(request)
                && isLength(request);
        return valid ? transferCoding(request) : Outcome.BAD_REQUEST;
    }

    /** A method or field name (RFC 9110 section 5.6.2). */
    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isTarget(String path) {
        return path != null && path.startsWith("/") && isVisible(path) && path.indexOf('#') < 0;
    }

    /** What ends a request line, or a word in it, cannot be in the target; nor what is not ASCII (RFC 3986). */
    private static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Whoever decodes the path has a line end or a NUL in it, which is no name of anything. */
    private static boolean hasCodedControl(String path) {
        for (int i = path.indexOf('%'); i >= 0 && i + 2 < path.length(); i = path.indexOf('%', i + 1)) {
            char high = path.charAt(i + 1);
            char low = path.charAt(i + 2);
            if ((high == '0' || high == '1') && Character.digit(low, 16) >= 0
                    || high == '7' && (low == 'f' || low == 'F')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isScheme(String scheme) {
        return "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    }

    /** Exactly one and valid (RFC 9112 section 3.2); HTTP/2 has {@code :authority}, and if both, then the same. */
    private static boolean isHost(HttpServletRequest request) {
        Enumeration<String> lines = request.getHeaders("Host");
        if (!lines.hasMoreElements()) {
            return !request.getProtocol().equals("HTTP/1.1") && HostGrammar.isValid(HostGrammar.of(request));
        }
        String host = lines.nextElement();
        if (lines.hasMoreElements() || !HostGrammar.isValid(host)) {
            return false;
        }
        return !isHttp2(request)
                || isRewrittenByContainer(request)
                || HostGrammar.areSame(host, HostGrammar.of(request), request.getScheme())
                || isLocalPort(request);
    }

    /** Without {@code :authority}, as HAProxy sends a request that came by HTTP/1.1, Jetty names its own port. */
    private static boolean isLocalPort(HttpServletRequest request) {
        return request.getServerPort() == request.getLocalPort()
                && (request.getServerName().equals(request.getLocalName())
                        || request.getServerName().equals(request.getLocalAddr()));
    }

    /** A container may be told to take the authority from a proxy's word. */
    private static boolean isRewrittenByContainer(HttpServletRequest request) {
        return request.getHeader("X-Forwarded-Host") != null || request.getHeader("Forwarded") != null;
    }

    private static boolean areFields(HttpServletRequest request) {
        boolean http2 = isHttp2(request);
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            if (!isToken(name) || http2 && OF_HTTP_1.contains(name.toLowerCase(Locale.ROOT))) {
                return false;
            }
            for (Enumeration<String> values = request.getHeaders(name); values.hasMoreElements(); ) {
                if (!isFieldValue(values.nextElement())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Percent-decodes a raw path; malformed escapes stay as they are. */
    public static String decode(String rawPath) {
        return DotSegments.decode(rawPath);
    }

    /** Absent, or one number (RFC 9110 section 8.6); HTTP/2 connections hardly look at it. */
    private static boolean isLength(HttpServletRequest request) {
        Enumeration<String> lengths = request.getHeaders("Content-Length");
        if (!lengths.hasMoreElements()) {
            return true;
        }
        String length = lengths.nextElement();
        return !lengths.hasMoreElements()
                && !length.isEmpty()
                && length.length() <= MOST_DIGITS
                && length.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** RFC 9110 section 5.5. */
    private static boolean isFieldValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Only chunked, and not in HTTP/1.0, where some before us may have counted on the connection's end (RFC 9112 6.1). */
    private static Outcome transferCoding(HttpServletRequest request) {
        Enumeration<String> codings = request.getHeaders(TRANSFER_ENCODING);
        if (!codings.hasMoreElements()) {
            return null;
        }
        if (!request.getProtocol().equals("HTTP/1.1")) {
            return Outcome.BAD_REQUEST;
        }
        boolean chunked = codings.nextElement().trim().equalsIgnoreCase("chunked") && !codings.hasMoreElements();
        return chunked ? null : Outcome.NOT_IMPLEMENTED;
    }

    private static boolean isHttp2(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/2.0");
    }
}
