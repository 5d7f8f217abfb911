package org.streamlitgateway.grammar;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.outcome.Outcome;

/**
 * Checks whether a request may be forwarded. Containers check HTTP/1.1 strictly but HTTP/2 hardly at all. A request that
 * passes can be written as an HTTP/1.1 request line and header fields.
 */
public final class RequestGrammar {
    /** Request attribute: the {@link Outcome} of a check that only the embedded server can make, before this one. */
    public static final String REFUSAL = RequestGrammar.class.getName() + ".refusal";

    /** Value of Allow (RFC 9110 section 10.2.1). Other methods are forwarded as well, but apps use only these. */
    public static final String ALLOWED_METHODS = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE";

    /** A longer number does not fit into 64 bits. */
    private static final int MAX_DIGITS = 18;

    private static final String TRANSFER_ENCODING = "Transfer-Encoding";

    /** Connection-specific fields, which are invalid in HTTP/2 (RFC 9113 section 8.2.2). */
    private static final Set<String> HTTP_1_FIELDS =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private RequestGrammar() {}

    /**
     * Checks a request. Returns the reason for refusing it, or {@code null} if it is valid.
     *
     * @param webSocket whether the request is a WebSocket handshake, for which HTTP/2 uses CONNECT
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
            return Outcome.BAD_METHOD; // both are for forward proxies (RFC 9110 section 9.3)
        }
        boolean valid = isTarget(request.getRequestURI())
                && (request.getQueryString() == null || isVisible(request.getQueryString()))
                && !DotSegments.in(request.getRequestURI())
                && !hasEncodedControl(request.getRequestURI())
                && isScheme(request.getScheme())
                && isHost(request)
                && areFields(request)
                && isLength(request);
        return valid ? transferCoding(request) : Outcome.BAD_REQUEST;
    }

    /** Returns whether the text is a token, such as a method or field name (RFC 9110 section 5.6.2). */
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

    /** Returns whether the text is ASCII without blanks and control characters, as a target must be (RFC 3986). */
    private static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether the decoded path would contain a control character, such as a line end or NUL. */
    private static boolean hasEncodedControl(String path) {
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

    /** Requires one valid Host (RFC 9112 section 3.2). In HTTP/2 it is optional and must equal {@code :authority}. */
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

    /** Returns whether Jetty filled in its local port because {@code :authority} is missing, as in requests of HAProxy. */
    private static boolean isLocalPort(HttpServletRequest request) {
        return request.getServerPort() == request.getLocalPort()
                && (request.getServerName().equals(request.getLocalName())
                        || request.getServerName().equals(request.getLocalAddr()));
    }

    /** Returns whether the container may have replaced the authority by that of a forwarding header. */
    private static boolean isRewrittenByContainer(HttpServletRequest request) {
        return request.getHeader("X-Forwarded-Host") != null || request.getHeader("Forwarded") != null;
    }

    private static boolean areFields(HttpServletRequest request) {
        boolean http2 = isHttp2(request);
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            if (!isToken(name) || http2 && HTTP_1_FIELDS.contains(name.toLowerCase(Locale.ROOT))) {
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

    /** Allows one number or none (RFC 9110 section 8.6). HTTP/2 connections hardly check it. */
    private static boolean isLength(HttpServletRequest request) {
        Enumeration<String> lengths = request.getHeaders("Content-Length");
        if (!lengths.hasMoreElements()) {
            return true;
        }
        String length = lengths.nextElement();
        return !lengths.hasMoreElements()
                && !length.isEmpty()
                && length.length() <= MAX_DIGITS
                && length.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Returns whether the text is a valid field value (RFC 9110 section 5.5). */
    private static boolean isFieldValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /**
     * Allows only {@code chunked}, and not in HTTP/1.0: a server in front may have taken the end of the connection for the
     * end of the body (RFC 9112 section 6.1).
     */
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
