package org.streamlitgateway.pages;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.outcome.ShutdownPhase;

/**
 * The gateway's own addresses, {@code /_gateway/…} at its root or, in a container, under its context path.
 * {@code health/live} says that the process answers at all, {@code health/ready} whether new users may be sent here; it
 * does not look at the apps, which may be down while the gateway is well.
 */
public final class BuiltInPages {
    private static final String ROOT = "/_gateway";
    private static final Set<String> READS = Set.of("GET", "HEAD");

    private final String root;
    private final ShutdownPhase readiness;

    /** @param base path of the gateway itself: the context path, or empty */
    public BuiltInPages(String base, ShutdownPhase readiness) {
        this.root = base + ROOT;
        this.readiness = readiness;
    }

    public boolean isBuiltIn(String rawPath) {
        return rawPath.startsWith(root) && (rawPath.length() == root.length() || rawPath.charAt(root.length()) == '/');
    }

    /** Balancers and orchestrators ask by whatever address they have. */
    public boolean isHealth(String rawPath) {
        return rawPath.startsWith("/health/", root.length()) && isBuiltIn(rawPath);
    }

    public void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!READS.contains(request.getMethod())) {
            response.setHeader("Allow", "GET, HEAD");
            text(request, response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only GET and HEAD");
            return;
        }
        switch (request.getRequestURI().substring(root.length())) {
            case "/health/live" -> text(request, response, HttpServletResponse.SC_OK, "ok");
            case "/health/ready" -> {
                boolean ready = readiness.isReady();
                int status = ready ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE;
                text(request, response, status, ready ? "ok" : "stopping");
            }
            default -> text(request, response, HttpServletResponse.SC_NOT_FOUND, "There is no such page.");
        }
    }

    /** The apps, for a browser. */
    public void list(HttpServletRequest request, HttpServletResponse response, List<AppListEntry> apps)
            throws IOException {
        if (!READS.contains(request.getMethod())) {
            response.setHeader("Allow", "GET, HEAD");
            text(request, response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "only GET and HEAD");
            return;
        }
        byte[] body = AppListPage.html(apps).getBytes(StandardCharsets.UTF_8);
        SecurityHeaders.addToBuiltInPage(request, response, List.of(), List.of(AppListPage.STYLE));
        response.setContentType("text/html;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
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
