package org.streamlitgateway.pages;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.grammar.RequestGrammar;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.pages.look.Look;

/** Sends the response of a failed request: a waiting page to a browser, or one line of text to any other client. */
public final class ErrorResponse {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResponse.class);
    private static final String RETRY_AFTER_SECONDS = "2";

    /** Header with the id of the request's trace, by which an operator finds its log lines. */
    private static final String REFERENCE = "X-Request-Id";

    /** Status code of RFC 6585 section 4. */
    private static final int TOO_MANY_REQUESTS = 429;

    /** Request attribute with the address of the list of apps. */
    private static final String APP_LIST = ErrorResponse.class.getName() + ".appList";

    /** Request attribute with an operator's text for the visitor. */
    private static final String MESSAGE = ErrorResponse.class.getName() + ".message";

    private ErrorResponse() {}

    /** Makes a page for this request show an operator's text, which may be empty, instead of the outcome's. */
    public static void say(HttpServletRequest request, String message) {
        request.setAttribute(MESSAGE, message);
    }

    /**
     * Makes a page for this request link to the list of apps. The link is relative, because a proxy may have stripped a
     * prefix that the browser sees.
     *
     * @param base path below which the request is and at which the list is served, without a slash at its end
     */
    public static void linkAppList(HttpServletRequest request, String base) {
        long folders = request.getRequestURI()
                .substring(base.length() + 1)
                .chars()
                .filter(c -> c == '/')
                .count();
        request.setAttribute(APP_LIST, folders == 0 ? "./" : "../".repeat((int) folders));
    }

    /** Sends the fixed text of an outcome. Logs a failure at debug level. */
    public static void send(HttpServletRequest request, HttpServletResponse response, Outcome outcome) {
        boolean upstreamDown = outcome.status() >= 502 && outcome.status() <= 504;
        String reference = RequestObserver.of(request).trace().traceId();
        boolean page = wantsPage(request) && (upstreamDown || outcome == Outcome.NOT_FOUND);
        byte[] body = (!page
                        ? outcome.text() + "\n"
                        : upstreamDown
                                ? WaitingPage.html(
                                        outcome,
                                        request.getHeader("Accept"),
                                        (String) request.getAttribute(MESSAGE),
                                        reference,
                                        Look.of(request))
                                : NotFoundPage.html(
                                        outcome, (String) request.getAttribute(APP_LIST), reference, Look.of(request)))
                .getBytes(StandardCharsets.UTF_8);
        boolean close = "close".equalsIgnoreCase(response.getHeader("Connection")) || endsConnection(request, outcome);
        try {
            response.reset();
            ResponseDate.put(response);
            SecurityHeaders.addToBuiltInPage(
                    request,
                    response,
                    page && upstreamDown ? List.of(WaitingPage.SCRIPT) : List.of(),
                    page ? List.of(upstreamDown ? WaitingPage.STYLE : NotFoundPage.STYLE) : List.of());
            response.setStatus(status(request, outcome));
            response.setContentType(page ? "text/html;charset=utf-8" : "text/plain;charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader(REFERENCE, reference);
            if (upstreamDown || outcome.status() == TOO_MANY_REQUESTS) {
                response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
            }
            if (outcome == Outcome.BAD_VERSION) {
                response.setHeader("Sec-WebSocket-Version", "13");
            }
            if (outcome == Outcome.BAD_METHOD) {
                response.setHeader("Allow", RequestGrammar.ALLOWED_METHODS);
            }
            if (close) {
                response.setHeader("Connection", "close");
            }
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } catch (IOException | IllegalStateException e) {
            LOG.debug("cannot send the error response {}: {}", outcome, FailureText.of(e));
        }
    }

    /**
     * Returns whether the next bytes on the connection may be something other than a request: the rest of a body, the
     * remainder of a malformed request, or a WebSocket frame sent before the 101.
     */
    private static boolean endsConnection(HttpServletRequest request, Outcome outcome) {
        return request.getProtocol().startsWith("HTTP/1")
                && (request.getContentLengthLong() > 0
                        || request.getHeader("Transfer-Encoding") != null
                        || request.getHeader("Upgrade") != null
                        || outcome == Outcome.BAD_REQUEST
                        || outcome == Outcome.BAD_METHOD
                        || outcome == Outcome.CLIENT_SLOW);
    }

    /** Returns the status: a handshake over a limit gets 503, because WebSocket clients do not expect 429. */
    private static int status(HttpServletRequest request, Outcome outcome) {
        boolean handshake = request.getHeader("Sec-WebSocket-Version") != null;
        return handshake && outcome.status() == TOO_MANY_REQUESTS
                ? HttpServletResponse.SC_SERVICE_UNAVAILABLE
                : outcome.status();
    }

    private static boolean wantsPage(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        boolean isRead =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        return isRead && accept != null && accept.contains("text/html");
    }
}
