package org.streamlitgateway.observe.head;

import jakarta.servlet.http.HttpServletRequest;

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

    private static String cut(String text, int max) {
        return text == null || text.length() <= max ? text : text.substring(0, max);
    }
}
