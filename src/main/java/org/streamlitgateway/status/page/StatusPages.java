package org.streamlitgateway.status.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.operator.OperatorAccess;
import org.streamlitgateway.operator.OperatorAccess.StatusVisitor;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.status.SessionFilter;
import org.streamlitgateway.status.StatusReader;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.Actions;
import org.streamlitgateway.status.action.Actor;
import org.streamlitgateway.status.action.AuditEntry;
import org.streamlitgateway.status.action.FormFields;
import org.streamlitgateway.status.action.FormToken;
import org.streamlitgateway.status.text.StatusJson;

/** The page {@code /_gateway/status}, its JSON, and the actions below it. Thread-safe. */
public final class StatusPages {
    private static final String PATH = "/_gateway/status";
    private static final String JSON = PATH + ".json";
    private static final String ACTIONS = PATH + "/";
    private static final String JSON_TYPE = "application/json";
    private static final String FORM_TYPE = "application/x-www-form-urlencoded";
    private static final int MAX_FORM_BYTES = 8 << 10;

    /** Values of Sec-Fetch-Site of requests that the admin's own page, or no page, has caused. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final String base;
    private final StatusReader reader;
    private final Actions actions;
    private final FormToken token = new FormToken();

    /** @param base base path of the gateway: the context path, or empty */
    public StatusPages(String base, StatusReader reader, Actions actions) {
        this.base = base;
        this.reader = reader;
        this.actions = actions;
    }

    /** Whether the path is the status page's or an action's. */
    public boolean contains(String path) {
        return path.startsWith(base)
                && (path.equals(base + PATH) || path.equals(base + JSON) || path.startsWith(base + ACTIONS));
    }

    /**
     * Answers a request; returns the reason of a refusal, or {@code null}.
     *
     * @param user the authenticated user, or {@code null}
     */
    public Outcome answer(
            HttpServletRequest request,
            HttpServletResponse response,
            ClientInfo client,
            OperatorAccess access,
            String user)
            throws IOException {
        StatusVisitor visitor = access.statusVisitor(request, client);
        if (visitor != StatusVisitor.ADMIN) {
            return visitor == StatusVisitor.USER ? Outcome.FORBIDDEN : Outcome.NOT_FOUND;
        }
        Actor actor = new Actor(user == null ? "this machine" : user, client.address());
        String path = request.getRequestURI().substring(base.length());
        if (path.startsWith(ACTIONS)) {
            return act(request, response, client, actor, path.substring(ACTIONS.length()));
        }
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            return Outcome.BAD_METHOD;
        }
        show(request, response, actor, path.equals(JSON) || prefersJson(request));
        return null;
    }

    private static boolean prefersJson(HttpServletRequest request) {
        String accept = request.getHeader("Accept");
        return accept != null && accept.contains(JSON_TYPE) && !accept.contains("text/html");
    }

    private void show(HttpServletRequest request, HttpServletResponse response, Actor actor, boolean json)
            throws IOException {
        String query = request.getQueryString();
        FormFields fields = FormFields.parse(query == null ? "" : query);
        SessionFilter filter = new SessionFilter(fields.get("app"), fields.get("user"));
        ActionName asked = ActionName.byKey(fields.get("ask")).orElse(null);
        response.setHeader("Vary", "Accept");
        if (json) {
            SecurityHeaders.addToBuiltInPage(request, response, List.of(), List.of());
            send(response, JSON_TYPE, StatusJson.of(reader.read(filter)));
            return;
        }
        Viewer viewer = new Viewer(
                Look.of(request),
                asked == null ? filter : SessionFilter.ALL,
                token.of(actor),
                !fields.get("refresh").equals("no"),
                asked,
                fields,
                number(fields.get("done")),
                actions.latest());
        SecurityHeaders.addToOperatorPage(response, StatusStyle.CSS);
        send(
                response,
                "text/html;charset=utf-8",
                StatusHtml.of(reader.read(viewer.filter()), viewer).getBytes(StandardCharsets.UTF_8));
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
    }

    private static void send(HttpServletResponse response, String type, byte[] body) throws IOException {
        response.setContentType(type);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private Outcome act(
            HttpServletRequest request, HttpServletResponse response, ClientInfo client, Actor actor, String name)
            throws IOException {
        ActionName action = ActionName.byKey(name).orElse(null);
        if (action == null) {
            return Outcome.NOT_FOUND;
        }
        if (!request.getMethod().equals("POST")) {
            return Outcome.BAD_METHOD;
        }
        if (!isFromOwnPage(request, client)) {
            return Outcome.FORBIDDEN;
        }
        FormFields fields = form(request);
        if (fields == null) {
            return Outcome.BAD_REQUEST;
        }
        if (!token.matches(actor, fields.get("token"))) {
            return Outcome.FORBIDDEN;
        }
        AuditEntry entry = actions.run(actor, action, fields);
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", "../status?done=" + entry.number());
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(0);
        return null;
    }

    /** Browsers tell in Origin and Sec-Fetch-Site which site's page has sent a form. */
    private static boolean isFromOwnPage(HttpServletRequest request, ClientInfo client) {
        String origin = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        return (origin == null || client.isSameOrigin(origin))
                && (site == null || OWN_SITES.contains(site.toLowerCase(Locale.ROOT)));
    }

    /** Reads the body; returns {@code null} if it is not a small form. */
    private static FormFields form(HttpServletRequest request) throws IOException {
        String type = request.getContentType();
        if (type == null || !type.split(";", 2)[0].trim().equalsIgnoreCase(FORM_TYPE)) {
            return null;
        }
        try (InputStream in = request.getInputStream()) {
            byte[] body = in.readNBytes(MAX_FORM_BYTES + 1);
            return body.length > MAX_FORM_BYTES
                    ? null
                    : FormFields.parse(new String(body, StandardCharsets.ISO_8859_1));
        }
    }
}
