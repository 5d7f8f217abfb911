package org.streamlitgateway.gateway;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.transport.ChannelHandler;
import org.streamlitgateway.container.ConnectionAbort;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.grammar.RequestGrammar;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.ShutdownPhase;
import org.streamlitgateway.pages.AppListEntry;
import org.streamlitgateway.pages.BuiltInPages;
import org.streamlitgateway.pages.ErrorResponse;
import org.streamlitgateway.pages.ResponseDate;
import org.streamlitgateway.process.ManagedApp;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.streamlit.StreamlitCookies;
import org.streamlitgateway.streamlit.StreamlitPath;
import org.streamlitgateway.websocket.WebSocketHandler;

/** The one servlet: every request, plain or upgrade, comes in here and takes the steps of {@link #enter}. */
final class GatewayServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayServlet.class);
    private static final long serialVersionUID = 1;
    private static final String HEALTH = "/_stcore/health";
    private static final String HOST_CONFIG = "/_stcore/host-config";
    private static final String ROUTE = GatewayServlet.class.getName() + ".route";
    private static final String ASKED = GatewayServlet.class.getName() + ".asked";

    private final transient ShutdownPhase readiness;
    private final transient BuiltInPages own;
    private final String base;
    private final transient Runnable stopSessions;
    private transient volatile Handlers handlers;
    private volatile boolean initialized;

    /** @param base path of the gateway itself: the context path, or empty */
    GatewayServlet(ShutdownPhase readiness, String base, Runnable stopSessions) {
        this.readiness = readiness;
        this.base = base;
        this.own = new BuiltInPages(base, readiness);
        this.stopSessions = stopSessions;
    }

    @Override
    public void init() throws ServletException {
        handlers.http().init(getServletConfig());
        initialized = true;
    }

    /** From now on requests go through these; those that are on their way stay on it. */
    void use(Handlers next) throws ServletException {
        if (initialized) {
            next.http().init(getServletConfig());
        }
        handlers = next;
    }

    /** The first that a container tells of an undeployment; the next is that it closes the WebSockets itself. */
    @Override
    public void destroy() {
        stopSessions.run();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ConnectionAbort.throwIfMarked(request);
        Outcome refusal;
        if (request.getDispatcherType() == DispatcherType.ASYNC && WebSocketHandler.isDialled(request)) {
            refusal = handlers.webSockets().finish(request);
            if (refusal == Outcome.REFUSED && WebSocketHandler.mayMove(request)) {
                WebSocketHandler.forget(request);
                response.reset();
                refusal = enter(request, response);
            }
        } else {
            refusal = enter(request, response);
        }
        if (refusal != null) {
            ErrorResponse.send(request, response, refusal);
        }
    }

    /** Own pages, guard, route, then channel, upgrade or HTTP; returns why the request is refused, or {@code null}. */
    private Outcome enter(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ResponseDate.put(response);
        String path = request.getRequestURI();
        boolean upgrade = WebSocketHandler.isUpgrade(request);
        Outcome invalid = RequestGrammar.check(request, upgrade);
        if (invalid != null) {
            LOG.debug("{} {} from {}: {}", request.getMethod(), path, request.getRemoteAddr(), invalid.text());
            return invalid;
        }
        if (!readiness.isReady() && !upgrade) {
            response.setHeader("Connection", "close"); // the next one is for another gateway
        }
        Handlers through = handlers;
        ClientInfo client = through.guard().client(request);
        (client.isSecure() ? through.onHttps() : through.onHttp()).putInto(request);
        if (!through.guard().hasAllowedHost(client) && !own.isHealth(path)) {
            LOG.debug("{} asked for {} by the host {}", client.peer(), path, client.host());
            return Outcome.HOST_NOT_ALLOWED;
        }
        if (own.isBuiltIn(path) && !ChannelHandler.isChannel(path, base)) {
            endIfRefused(upgrade, request, response);
            own.answer(request, response);
            return null;
        }
        if (readiness.isStopping() && (upgrade || path.endsWith(HEALTH))) {
            return Outcome.STOPPING; // a page that finds health but gets no WebSocket stays blank
        }
        App app = through.routes().match(path);
        if (app == null && through.lists() && path.equals(base + "/")) {
            endIfRefused(upgrade, request, response);
            list(through.routes(), request, response, client);
            return null;
        }
        if (app == null || isAskedByNestedApp(through.routes(), request, path, app, client)) {
            LOG.debug("{} {} from {}: no app there", request.getMethod(), new Printable(path), client.peer());
            return Outcome.NOT_FOUND;
        }
        if (!app.config().metrics() && StreamlitPath.METRICS.matches(path)) {
            LOG.debug("{} from {}: metrics are not for the outside, see streamlit-metrics", path, client.peer());
            return Outcome.NOT_FOUND;
        }
        if (path.equals(app.prefix())) {
            endIfRefused(upgrade, request, response);
            redirectToSlash(request, response, client);
            return null;
        }
        if (ChannelHandler.isChannel(path, app.prefix())) {
            return through.channels().enter(request, response, app, client);
        }
        Outcome notUp = wake(app);
        if (notUp != null) {
            return notUp;
        }
        Route route = route(request, response, app, client);
        if (!route.replica().isBasePathKnown() && request.getAttribute(ASKED) != route.replica()) {
            comeBackWhenKnown(request, route);
            return null;
        }
        if (upgrade) {
            return through.webSockets().begin(request, response, route, client);
        }
        return through.http().forward(request, response, route, client);
    }

    /** A client that wanted to upgrade may have sent a frame already, which is no request. */
    private static void endIfRefused(boolean upgrade, HttpServletRequest request, HttpServletResponse response) {
        if (upgrade && request.getProtocol().equals("HTTP/1.1")) {
            response.setHeader("Connection", "close");
        }
    }

    /** Chosen once per try: the question for the prefix comes between, and must not change the answer. */
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

    /** An app of our own may have to be started first; returns what its visitor is told meanwhile, or {@code null}. */
    private static Outcome wake(App app) {
        if (app.managed() == null) {
            return null;
        }
        app.managed().wake();
        return app.managed().unavailable();
    }

    /**
     * A page asks for health at its own address and then one level up, and stays with what answers. While the app of
     * {@code /a/b} is down, the app of {@code /a} must therefore not answer its page. The page tells its address by
     * Referer, which browsers send whole to the same origin.
     */
    private static boolean isAskedByNestedApp(
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
        return from != null && from != app && RouteTable.holds(app.prefix(), from.prefix());
    }

    private void list(RouteTable routes, HttpServletRequest request, HttpServletResponse response, ClientInfo client)
            throws IOException {
        List<AppListEntry> entries = routes.apps().stream()
                .map(app -> new AppListEntry(
                        client.prefix() + app.prefix() + "/",
                        app.config().name(),
                        app.config().description(),
                        app.isUp(),
                        app.managed() != null && app.managed().state() == ManagedApp.State.ASLEEP))
                .toList();
        own.list(request, response, entries);
    }

    /** The app's relative addresses need the slash. */
    private static void redirectToSlash(HttpServletRequest request, HttpServletResponse response, ClientInfo client) {
        String query = request.getQueryString();
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader(
                "Location", client.prefix() + request.getRequestURI() + "/" + (query == null ? "" : "?" + query));
        response.setContentLength(0);
    }

    private static void comeBackWhenKnown(HttpServletRequest request, Route route) {
        request.setAttribute(ASKED, route.replica());
        request.setAttribute(ROUTE, route);
        var async = request.startAsync();
        async.setTimeout(0); // the question has a bound of its own
        route.replica().findBasePath().whenComplete((strips, never) -> async.dispatch());
    }
}
