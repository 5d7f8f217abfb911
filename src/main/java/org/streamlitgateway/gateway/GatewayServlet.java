package org.streamlitgateway.gateway;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.transport.ChannelHandler;
import org.streamlitgateway.container.ConnectionAbort;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.grammar.RequestGrammar;
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.operator.OperatorPages;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.pages.AppListEntry;
import org.streamlitgateway.pages.BuiltInPages;
import org.streamlitgateway.pages.ErrorResponse;
import org.streamlitgateway.pages.ResponseDate;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.routing.StopNotice;
import org.streamlitgateway.status.page.StatusPages;
import org.streamlitgateway.streamlit.StreamlitCookies;
import org.streamlitgateway.streamlit.StreamlitPath;
import org.streamlitgateway.websocket.WebSocketHandler;

/** The servlet for all requests, WebSocket handshakes included. {@link #handle} contains the steps of a request. */
final class GatewayServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayServlet.class);
    private static final long serialVersionUID = 1;
    private static final String HEALTH = "/_stcore/health";
    private static final String HOST_CONFIG = "/_stcore/host-config";

    /** What the open sessions of a stopped app may use. */
    private static final Set<RequestKind> OF_OPEN_SESSIONS = EnumSet.of(
            RequestKind.ASSET, RequestKind.MEDIA, RequestKind.UPLOAD, RequestKind.COMPONENT, RequestKind.CHANNEL);

    /** Attribute for the route of a request that waits for its replica's base path. */
    private static final String ROUTE = GatewayServlet.class.getName() + ".route";

    /** Attribute for the replica whose base path this request has asked for. */
    private static final String PREFIX_CHECKED = GatewayServlet.class.getName() + ".prefixChecked";

    private final transient ShutdownPhase shutdownPhase;
    private final transient Traffic traffic;
    private final transient OperatorPages operatorPages;
    private final transient StatusPages statusPages;
    private final transient BuiltInPages builtInPages;
    private final String base;
    private final transient Runnable stopSessions;
    private transient volatile Handlers handlers;
    private volatile boolean initialized;

    /** @param base path of the gateway: the context path, or empty */
    GatewayServlet(
            ShutdownPhase shutdownPhase,
            Traffic traffic,
            OperatorPages operatorPages,
            StatusPages statusPages,
            String base,
            Runnable stopSessions) {
        this.shutdownPhase = shutdownPhase;
        this.traffic = traffic;
        this.operatorPages = operatorPages;
        this.statusPages = statusPages;
        this.base = base;
        this.builtInPages = new BuiltInPages(base, shutdownPhase);
        this.stopSessions = stopSessions;
    }

    @Override
    public void init() throws ServletException {
        handlers.http().init(getServletConfig());
        initialized = true;
    }

    /** Replaces the handlers for new requests; requests in progress keep theirs. */
    void setHandlers(Handlers next) throws ServletException {
        if (initialized) {
            next.http().init(getServletConfig());
        }
        handlers = next;
    }

    /** Called first on undeployment, before the container closes the WebSockets itself. */
    @Override
    public void destroy() {
        stopSessions.run();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean first = request.getDispatcherType() != DispatcherType.ASYNC;
        RequestObserver observer = first
                ? traffic.request(request, response, WebSocketHandler.isUpgrade(request))
                : RequestObserver.of(request);
        boolean returned = false;
        try {
            serve(request, response, observer);
            returned = true;
        } finally {
            LogContext.clear();
            if (returned) {
                observer.dispatched(request);
            } else {
                observer.end();
            }
        }
    }

    private void serve(HttpServletRequest request, HttpServletResponse response, RequestObserver observer)
            throws IOException {
        ConnectionAbort.throwIfRequested(request);
        Outcome refusal;
        if (request.getDispatcherType() == DispatcherType.ASYNC && WebSocketHandler.isDialled(request)) {
            refusal = handlers.webSockets().finish(request);
            if (refusal == Outcome.REFUSED && WebSocketHandler.isRetryable(request)) {
                WebSocketHandler.forget(request);
                response.reset();
                refusal = handle(request, response, observer);
            }
        } else {
            refusal = handle(request, response, observer);
        }
        if (refusal != null) {
            observer.failed(refusal);
            ErrorResponse.send(request, response, refusal);
        }
    }

    /**
     * Handles a request: grammar, allowed host, built-in pages, app, then channel, WebSocket or HTTP.
     *
     * @return the reason for refusing the request, or {@code null}
     */
    private Outcome handle(HttpServletRequest request, HttpServletResponse response, RequestObserver observer)
            throws IOException {
        ResponseDate.put(response);
        String path = request.getRequestURI();
        boolean upgrade = WebSocketHandler.isUpgrade(request);
        Outcome invalid = RequestGrammar.check(request, upgrade);
        if (invalid != null) {
            LOG.debug("{} {} from {}: {}", request.getMethod(), path, request.getRemoteAddr(), invalid.text());
            return invalid;
        }
        if (!shutdownPhase.isReady() && !upgrade) {
            response.setHeader("Connection", "close"); // the next request goes to another gateway
        }
        Handlers current = handlers;
        ClientInfo client = current.guard().client(request);
        String user = current.identity().user(request, client);
        observer.client(client, user);
        boolean logs = upgrade || LOG.isDebugEnabled(); // other requests are logged where they fail
        if (logs) {
            LogContext.set(observer);
        }
        (client.isSecure() ? current.onHttps() : current.onHttp()).putInto(request);
        if (operatorPages.isMetrics(path)) {
            closeIfUpgrade(upgrade, request, response);
            return operatorPages.answer(request, response, client, current.access());
        }
        if (current.access().isOnMetricsPort(request) && !builtInPages.isHealth(path)) {
            return Outcome.NOT_FOUND;
        }
        if (!current.guard().hasAllowedHost(client) && !builtInPages.isHealth(path)) {
            LOG.debug("refused {} from {}: host {} is not allowed", path, client.peer(), client.host());
            return Outcome.HOST_NOT_ALLOWED;
        }
        current.look().putInto(request);
        if (statusPages.contains(path)) {
            closeIfUpgrade(upgrade, request, response);
            return statusPages.answer(request, response, client, current.access(), user);
        }
        if (builtInPages.isBuiltIn(path) && !ChannelHandler.isChannel(path, base)) {
            closeIfUpgrade(upgrade, request, response);
            builtInPages.answer(request, response);
            return null;
        }
        if (shutdownPhase.isStopping() && (upgrade || path.endsWith(HEALTH))) {
            return Outcome.STOPPING; // a page stays blank if its health check succeeds but its WebSocket does not
        }
        App app = current.routes().match(path);
        if (app == null && current.lists() && path.equals(base + "/")) {
            closeIfUpgrade(upgrade, request, response);
            list(current.routes(), request, response, client);
            return null;
        }
        if (app == null && current.lists() && path.startsWith(base + "/")) {
            ErrorResponse.linkAppList(request, base);
        }
        if (app == null || isFromNestedApp(current.routes(), request, path, app, client)) {
            LOG.debug("{} {} from {}: no app at this path", request.getMethod(), new Printable(path), client.peer());
            return Outcome.NOT_FOUND;
        }
        observer.app(app.name(), app.prefix());
        if (logs) {
            LogContext.set(observer);
        }
        if (!app.config().metrics() && StreamlitPath.METRICS.matches(path)) {
            LOG.debug("refused {} from {}: streamlit-metrics is no", path, client.peer());
            return Outcome.NOT_FOUND;
        }
        if (path.equals(app.prefix())) {
            closeIfUpgrade(upgrade, request, response);
            redirectToSlash(request, response, client);
            return null;
        }
        if (isClosed(app, observer.kind(), request)) {
            return Outcome.MAINTENANCE;
        }
        if (ChannelHandler.isChannel(path, app.prefix())) {
            return current.channels().handle(request, response, app, client);
        }
        Outcome unavailable = wake(app);
        if (unavailable != null) {
            return unavailable;
        }
        Route route = route(request, response, app, client);
        observer.replica(route.replica().name());
        if (!route.replica().isBasePathKnown() && request.getAttribute(PREFIX_CHECKED) != route.replica()) {
            dispatchWhenBasePathKnown(request, route);
            return null;
        }
        if (upgrade) {
            return current.webSockets().begin(request, response, route, client);
        }
        return current.http().forward(request, response, route, client);
    }

    /** Closes the connection after a refused upgrade: the client may have sent a frame already, which is no request. */
    private static void closeIfUpgrade(boolean upgrade, HttpServletRequest request, HttpServletResponse response) {
        if (upgrade && request.getProtocol().equals("HTTP/1.1")) {
            response.setHeader("Connection", "close");
        }
    }

    /** Chooses the route, or returns the one chosen before the request waited for its replica's base path. */
    private static Route route(HttpServletRequest request, HttpServletResponse response, App app, ClientInfo client) {
        if (request.getAttribute(ROUTE) instanceof Route known) {
            request.removeAttribute(ROUTE);
            return known;
        }
        App.Choice choice = app.choose(request, client);
        if (choice.cookie() != null) {
            response.addHeader("Set-Cookie", StreamlitCookies.withPrefix(choice.cookie(), client.prefix()));
        }
        return choice.route();
    }

    /** Returns whether an operator has closed the app for this request. */
    private static boolean isClosed(App app, RequestKind kind, HttpServletRequest request) {
        StopNotice notice = app.stop().notice();
        if (notice == null) {
            return app.isInMaintenance();
        }
        ErrorResponse.say(request, notice.message());
        return !notice.keepsSessions() || !OF_OPEN_SESSIONS.contains(kind);
    }

    /** Starts the app if the gateway runs it; returns the outcome while it is unavailable, or {@code null}. */
    private static Outcome wake(App app) {
        if (app.managed() == null) {
            return null;
        }
        app.managed().wake();
        return app.managed().unavailable();
    }

    /**
     * Returns whether the page of a nested app sent the request. Such a page requests health at its own path, then one level
     * up, and uses the first path that answers. While the app at {@code /a/b} is down, the app at {@code /a} must therefore
     * not answer. The Referer has the page's path, which browsers send in full to the same origin.
     */
    private static boolean isFromNestedApp(
            RouteTable routes, HttpServletRequest request, String path, App app, ClientInfo client) {
        String referer = request.getHeader("Referer");
        if (referer == null || !path.endsWith(HEALTH) && !path.endsWith(HOST_CONFIG)) {
            return false;
        }
        int authority = referer.indexOf("://");
        int slash = authority < 0 ? -1 : referer.indexOf('/', authority + 3);
        if (slash < 0 || !Guard.isSameHost(referer.substring(0, slash), client.host())) {
            return false;
        }
        String page = referer.substring(slash).replaceFirst("[?#].*", "");
        String inner = page.startsWith(client.prefix())
                ? page.substring(client.prefix().length())
                : page;
        App from = routes.match(inner);
        return from != null && from != app && RouteTable.contains(app.prefix(), from.prefix());
    }

    private void list(RouteTable routes, HttpServletRequest request, HttpServletResponse response, ClientInfo client)
            throws IOException {
        List<AppListEntry> entries = routes.apps().stream()
                .map(app -> new AppListEntry(
                        client.prefix() + app.prefix() + "/",
                        app.config().name(),
                        app.config().description(),
                        app.state()))
                .toList();
        builtInPages.list(request, response, entries);
    }

    /** Redirects to the path with a slash, which relative addresses on the app's page need. */
    private static void redirectToSlash(HttpServletRequest request, HttpServletResponse response, ClientInfo client) {
        String query = request.getQueryString();
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader(
                "Location", client.prefix() + request.getRequestURI() + "/" + (query == null ? "" : "?" + query));
        response.setContentLength(0);
    }

    private static void dispatchWhenBasePathKnown(HttpServletRequest request, Route route) {
        request.setAttribute(PREFIX_CHECKED, route.replica());
        request.setAttribute(ROUTE, route);
        var async = request.startAsync();
        async.setTimeout(0); // the health check has its own time-out
        route.replica().findBasePath().whenComplete((strips, never) -> async.dispatch());
    }
}
