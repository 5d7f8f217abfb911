package org.streamlitgateway.observe.head;

import jakarta.servlet.http.HttpServletRequest;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The parts of a request's head that are worth logging. Cut to bounds, so that what is kept of a request is small; not
 * escaped: every byte may come from an attacker.
 *
 * @param path encoded path, which may contain Streamlit's id of a session
 * @param query query string, which may contain secrets; {@code null} for none
 * @param protocol such as {@code HTTP/1.1}
 * @param peer address of the TCP peer
 * @param referer {@code null} for none
 * @param userAgent {@code null} for none
 */
public record RequestHead(
        String method, String path, String query, String protocol, String peer, String referer, String userAgent) {
    private static final String UPLOAD = "/_stcore/upload_file/";

    /** The container's session id, which an address may carry. */
    private static final Pattern CONTAINER_SESSION = Pattern.compile("(?i);(jsessionid[a-z]*)=[^;/?#]*");

    private static final int MAX_METHOD_CHARACTERS = 32;
    private static final int MAX_PATH_CHARACTERS = 2000;
    private static final int MAX_REFERER_CHARACTERS = 1000;
    private static final int MAX_AGENT_CHARACTERS = 512;

    /** Copies the head of a request. */
    public static RequestHead of(HttpServletRequest request) {
        return new RequestHead(
                cut(request.getMethod(), MAX_METHOD_CHARACTERS),
                cut(request.getRequestURI(), MAX_PATH_CHARACTERS),
                cut(request.getQueryString(), MAX_PATH_CHARACTERS),
                request.getProtocol(),
                request.getRemoteAddr(),
                cut(request.getHeader("Referer"), MAX_REFERER_CHARACTERS),
                cut(request.getHeader("User-Agent"), MAX_AGENT_CHARACTERS));
    }

    /**
     * Returns the path without session ids, which are secret.
     *
     * @param substitute returns what to show for a session id of Streamlit's
     */
    public String path(UnaryOperator<String> substitute) {
        String shown = withoutContainerSession(path);
        int upload = shown.indexOf(UPLOAD);
        if (upload < 0) {
            return shown;
        }
        int start = upload + UPLOAD.length();
        int slash = shown.indexOf('/', start);
        int end = slash < 0 ? shown.length() : slash;
        return shown.substring(0, start) + substitute.apply(shown.substring(start, end)) + shown.substring(end);
    }

    /** Returns an address without the session id that containers append. */
    public static String withoutContainerSession(String address) {
        return address.indexOf(';') < 0
                ? address
                : CONTAINER_SESSION.matcher(address).replaceAll(";$1=~");
    }

    private static String cut(String text, int max) {
        return text == null || text.length() <= max ? text : text.substring(0, max);
    }
}
