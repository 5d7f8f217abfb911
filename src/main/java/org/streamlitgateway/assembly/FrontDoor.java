package org.streamlitgateway.assembly;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.bridge.WebSocketDoor;
import org.streamlitgateway.guard.Client;
import org.streamlitgateway.guard.Guard;
import org.streamlitgateway.http.Abort;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.http.FailureAnswer;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.route.Route;
import org.streamlitgateway.route.RouteTable;
import org.streamlitgateway.status.OwnPages;
import org.streamlitgateway.status.Readiness;

/** The one door: every request, plain or upgrade, comes in here and takes the steps of {@link #enter}. */
final class FrontDoor extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final long serialVersionUID = 1;
    private static final String HEALTH = "/_stcore/health";
    private static final String ASKED = FrontDoor.class.getName() + ".asked";

    /** Segments {@code .} and {@code ..}, encoded or not: no browser sends them, and they could leave a prefix. */
    private static final Pattern DOT_SEGMENT = Pattern.compile("/(\\.|%2[eE]){1,2}(?=[/;]|$)");

    private final transient Readiness readiness;
    private final transient OwnPages own;
    private final transient RouteTable routes;
    private final transient Guard guard;
    private final transient WebSocketDoor webSockets;
    private final transient AppProxyServlet http;
    private final transient Runnable stopSessions;

    FrontDoor(
            Readiness readiness,
            OwnPages own,
            RouteTable routes,
            Guard guard,
            WebSocketDoor webSockets,
            AppProxyServlet http,
            Runnable stopSessions) {
        this.readiness = readiness;
        this.own = own;
        this.routes = routes;
        this.guard = guard;
        this.webSockets = webSockets;
        this.http = http;
        this.stopSessions = stopSessions;
    }

    @Override
    public void init() throws ServletException {
        http.init(getServletConfig());
    }

    /** The first that a container tells of an undeployment; the next is that it closes the WebSockets itself. */
    @Override
    public void destroy() {
        stopSessions.run();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Abort.throwIfMarked(request);
        Outcome refusal;
        if (request.getDispatcherType() == DispatcherType.ASYNC && WebSocketDoor.isDialled(request)) {
            refusal = webSockets.finish(request);
        } else {
            refusal = enter(request, response);
        }
        if (refusal != null) {
            FailureAnswer.send(request, response, refusal);
        }
    }

    /** Own pages, guard, route, then upgrade or HTTP; returns why the request is refused, or {@code null}. */
    private Outcome enter(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        if (DOT_SEGMENT.matcher(path).find()) {
            return Outcome.BAD_REQUEST;
        }
        boolean upgrade = WebSocketDoor.isUpgrade(request);
        if (!readiness.isReady() && !upgrade) {
            response.setHeader("Connection", "close"); // the next one is for another gateway
        }
        if (own.isOwn(path)) {
            own.answer(request, response);
            return null;
        }
        if (readiness.isStopping() && (upgrade || path.endsWith(HEALTH))) {
            return Outcome.STOPPING; // a page that finds health but gets no WebSocket stays blank
        }
        Client client = guard.client(request);
        Route route = routes.match(path);
        if (route == null) {
            LOG.debug("{} {} from {}: no app there", request.getMethod(), path, client.peer());
            return Outcome.NOT_FOUND;
        }
        if (path.equals(route.prefix())) {
            redirectToSlash(request, response, client);
            return null;
        }
        if (!route.replica().isKnown() && request.getAttribute(ASKED) == null) {
            comeBackWhenKnown(request, route);
            return null;
        }
        if (upgrade) {
            return webSockets.begin(request, response, route, client);
        }
        http.forward(request, response, route, client);
        return null;
    }

    /** The app's relative addresses need the slash. */
    private static void redirectToSlash(HttpServletRequest request, HttpServletResponse response, Client client) {
        String query = request.getQueryString();
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader(
                "Location", client.prefix() + request.getRequestURI() + "/" + (query == null ? "" : "?" + query));
        response.setContentLength(0);
    }

    private static void comeBackWhenKnown(HttpServletRequest request, Route route) {
        request.setAttribute(ASKED, true);
        var async = request.startAsync();
        async.setTimeout(0); // the question has a bound of its own
        route.replica().find().whenComplete((strips, never) -> async.dispatch());
    }
}
