package org.streamlitgateway.pages;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.pages.look.Look;

/**
 * Built-in pages under {@code /_gateway/} at the root or, in a container, under the context path. {@code health/live}
 * reports that the process responds; {@code health/ready} whether the gateway accepts new users. Neither depends on the
 * apps, which may be down while the gateway is healthy.
 */
public final class BuiltInPages {
    private static final String ROOT = "/_gateway";
    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private final String root;
    private final ShutdownPhase shutdownPhase;

    /** @param base base path of the gateway: the context path, or empty */
    public BuiltInPages(String base, ShutdownPhase shutdownPhase) {
        this.root = base + ROOT;
        this.shutdownPhase = shutdownPhase;
    }

    /** Returns whether a path belongs to a built-in page or a channel. */
    public boolean isBuiltIn(String rawPath) {
        return rawPath.startsWith(root) && (rawPath.length() == root.length() || rawPath.charAt(root.length()) == '/');
    }

    /** Returns whether a path is a health check, which load balancers may request with any Host. */
    public boolean isHealth(String rawPath) {
        return rawPath.startsWith("/health/", root.length()) && isBuiltIn(rawPath);
    }

    /** Answers a request for a path under {@code /_gateway}. */
    public void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (refuseMethod(request, response)) {
            return;
        }
        switch (request.getRequestURI().substring(root.length())) {
            case "/health/live" -> text(request, response, HttpServletResponse.SC_OK, "ok");
            case "/health/ready" -> {
                boolean ready = shutdownPhase.isReady();
                int status = ready ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE;
                text(request, response, status, ready ? "ok" : "stopping");
            }
            default -> text(request, response, HttpServletResponse.SC_NOT_FOUND, "There is no such page.");
        }
    }

    /** Sends the page that lists the apps. */
    public void list(HttpServletRequest request, HttpServletResponse response, List<AppListEntry> apps)
            throws IOException {
        if (refuseMethod(request, response)) {
            return;
        }
        byte[] body = AppListPage.html(apps, Look.of(request)).getBytes(StandardCharsets.UTF_8);
        SecurityHeaders.addToBuiltInPage(request, response, List.of(), List.of(AppListPage.STYLE));
        response.setContentType("text/html;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static boolean refuseMethod(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (METHODS.contains(request.getMethod())) {
            return false;
        }
        response.setHeader("Allow", "GET, HEAD");
        text(request, response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed.");
        return true;
    }

    private static void text(HttpServletRequest request, HttpServletResponse response, int status, String text)
            throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        SecurityHeaders.addToBuiltInPage(request, response, List.of(), List.of());
        response.setStatus(status);
        response.setContentType("text/plain;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
