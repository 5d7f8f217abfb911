package org.streamlitgateway.bridge;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.api.exceptions.UpgradeException;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.JettyUpgradeListener;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.forward.ResponseHeaders;
import org.streamlitgateway.guard.Client;
import org.streamlitgateway.guard.Presence;
import org.streamlitgateway.outcome.Cause;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.route.Route;

/**
 * One WebSocket handshake: Streamlit is dialled, and when it has answered, the request is dispatched once more to be
 * accepted or refused in the same way. No thread waits.
 */
final class Handshake implements JettyUpgradeListener {
    static final String ATTRIBUTE = Handshake.class.getName();

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    private static final long LOOK_MILLIS = 250;

    /** Between the container's acceptance and the open session there is only the 101 to be written. */
    private static final long OPEN_MILLIS = 5000;

    /** RFC 3986: what may stand in a path and query. Some browsers send more. */
    private static final Pattern URI_CHARACTERS =
            Pattern.compile("/(?!/)(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*");

    /** Headers of a body that is not passed on. */
    private static final List<String> REFUSAL_BODY = List.of("Content-Length", "Content-Type", "Content-Encoding");

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Route route;
    private final Client client;
    private final HttpFields headers;
    private final Bridge bridge;
    private final Bridges bridges;
    private final Presence presence;
    private final AtomicBoolean answered = new AtomicBoolean();
    private AsyncContext async;
    private Scheduler scheduler;
    private long deadlineNanos;
    private volatile Request upgrade;
    private volatile HttpFields upstreamHeaders = HttpFields.EMPTY;
    private volatile int refusedWith;
    private volatile Outcome failure;

    /** @param headers all that Streamlit is sent, but for the key and version that the client makes itself */
    Handshake(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            Client client,
            HttpFields headers,
            Bridge bridge,
            Bridges bridges,
            Presence presence) {
        this.request = request;
        this.response = response;
        this.route = route;
        this.client = client;
        this.headers = headers;
        this.bridge = bridge;
        this.bridges = bridges;
        this.presence = presence;
    }

    void dial(WebSocketClient webSocket, Scheduler scheduler, long timeoutMillis) {
        this.request.setAttribute(ATTRIBUTE, this);
        async = this.request.startAsync();
        async.setTimeout(0); // our own timer is the bound
        this.scheduler = scheduler;
        deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        scheduler.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        ClientUpgradeRequest request =
                new ClientUpgradeRequest(URI.create("ws://" + route.replica().address() + "/"));
        try {
            webSocket
                    .connect(new UpstreamListener(bridge), request, this)
                    .whenComplete((session, refusal) -> dialled(refusal));
        } catch (IOException | RuntimeException refusal) {
            dialled(refusal);
        }
    }

    /** While Streamlit is silent: its time may be up, or the browser may have left. */
    private void look() {
        if (answered.get()) {
            return;
        }
        if (System.nanoTime() - deadlineNanos >= 0) {
            giveUp(Outcome.TIMED_OUT);
        } else if (presence.isGone(request)) {
            giveUp(Outcome.CLIENT_GONE);
        } else {
            scheduler.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp(Outcome outcome) {
        LOG.atLevel(outcome.level())
                .log(
                        "{} got no answer from {}: {}",
                        bridge.name(),
                        route.replica().address(),
                        outcome.text());
        answer(outcome);
        bridge.end(outcome, null);
        Request dialled = upgrade;
        if (dialled != null) {
            dialled.abort(new IOException(outcome.text()));
        }
    }

    private void dialled(Throwable refusal) {
        if (refusal == null) {
            answer(null);
        } else {
            refused(refusal instanceof CompletionException ? refusal.getCause() : refusal);
        }
    }

    /** The target and the headers go out as the browser sent them, not as Jetty's request would rebuild them. */
    @Override
    public void onHandshakeRequest(Request upgrade) {
        this.upgrade = upgrade;
        String target = target(request, route);
        if (URI_CHARACTERS.matcher(target).matches()) {
            upgrade.path(target);
        } else { // Jetty wants a URI before it sends and once the answer is there
            upgrade.onRequestBegin(begun -> upgrade.path(target));
            upgrade.onRequestSuccess(sent -> upgrade.path("/"));
        }
        upgrade.headers(fields -> {
            List.of("Pragma", "Cache-Control", "User-Agent").forEach(fields::remove);
            for (String name : headers.getFieldNamesCollection()) {
                fields.remove(name);
                headers.getValuesList(name).forEach(value -> fields.add(name, value)); // each its own line
            }
        });
    }

    static String target(HttpServletRequest request, Route route) {
        String path = route.upstreamPath(request.getRequestURI());
        return request.getQueryString() == null ? path : path + "?" + request.getQueryString();
    }

    @Override
    public void onHandshakeResponse(Request upgrade, Response answer) {
        upstreamHeaders = HttpFields.build(answer.getHeaders());
    }

    private void refused(Throwable cause) {
        if (cause instanceof UpgradeException refusal && refusal.getResponseStatusCode() >= 300) {
            refusedWith = refusal.getResponseStatusCode();
            LOG.debug("{} is refused by Streamlit with {}", bridge.name(), refusedWith);
            answer(null);
            return;
        }
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof ConnectException)) {
            root = root.getCause();
        }
        boolean slow = root instanceof TimeoutException || root instanceof SocketTimeoutException;
        Outcome outcome = slow ? Outcome.TIMED_OUT : root instanceof ConnectException ? Outcome.REFUSED : Outcome.LOST;
        if (!answered.get()) {
            LOG.warn("{} cannot reach {}: {}", bridge.name(), route.replica().address(), Cause.of(root));
        }
        if (outcome == Outcome.REFUSED) {
            route.replica().refused();
        } else {
            route.replica().lost();
        }
        answer(outcome);
    }

    /** The first answer counts; {@code null} when Streamlit gave one. */
    private void answer(Outcome outcome) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        failure = outcome;
        try {
            async.dispatch();
        } catch (IllegalStateException clientGone) {
            bridge.end(Outcome.CLIENT_GONE, clientGone);
        }
    }

    /**
     * The second dispatch.
     *
     * @return how it failed, to be answered by the caller; {@code null} when the answer has been given
     */
    Outcome finish(ServerContainer container, Scheduler scheduler) throws IOException {
        if (failure != null) {
            return failure;
        }
        if (refusedWith != 0) {
            HttpFields.Mutable fields = HttpFields.build(upstreamHeaders);
            REFUSAL_BODY.forEach(fields::remove);
            response.setStatus(refusedWith);
            ResponseHeaders.pass(fields, response, client, route);
            return null;
        }
        HttpFields.Mutable cookies = HttpFields.build();
        upstreamHeaders.getFields("Set-Cookie").forEach(cookies::add);
        ResponseHeaders.pass(cookies, response, client, route);
        String resumes = Subprotocols.sessionId(request);
        if (resumes != null) {
            bridges.resumed(resumes);
            bridge.learn(resumes);
        }
        try {
            container.upgradeHttpToWebSocket(request, response, endpoint(), Map.of());
        } catch (DeploymentException | RuntimeException lost) {
            LOG.debug("{} was not upgraded", bridge.name(), lost);
            bridge.end(Outcome.CLIENT_GONE, lost);
            return response.isCommitted() ? null : Outcome.INTERNAL;
        }
        scheduler.schedule(bridge::endUnlessOpen, OPEN_MILLIS, TimeUnit.MILLISECONDS);
        return null;
    }

    /** Made for this one handshake; answers the subprotocol that Streamlit chose, and no extensions. */
    private ServerEndpointConfig endpoint() {
        String subprotocol = upstreamHeaders.get("Sec-WebSocket-Protocol");
        return ServerEndpointConfig.Builder.create(BrowserEndpoint.class, "/")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(new BrowserEndpoint(bridge));
                    }

                    @Override
                    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
                        return subprotocol == null ? "" : subprotocol;
                    }

                    @Override
                    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> wanted) {
                        return List.of();
                    }

                    @Override
                    public boolean checkOrigin(String origin) {
                        return true; // checked by the guard before Streamlit was dialled
                    }
                })
                .build();
    }
}
