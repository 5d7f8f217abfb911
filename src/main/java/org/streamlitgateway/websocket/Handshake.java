package org.streamlitgateway.websocket;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.container.DisconnectDetector;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.headers.ResponseHeaders;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.routing.FailedReplicas;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitSubprotocols;

/**
 * One WebSocket handshake: Streamlit is dialled, and when it has answered, the request is dispatched once more to be
 * accepted or refused in the same way. No thread waits.
 */
final class Handshake implements Relay.Answer {
    static final String ATTRIBUTE = Handshake.class.getName();

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    private static final long LOOK_MILLIS = 250;

    /** How its turn comes and goes. */
    private enum Place {
        WAITING,
        DIALLING,
        OVER
    }

    /** Headers of a body that is not passed on. */
    private static final List<String> REFUSAL_BODY = List.of("Content-Length", "Content-Type", "Content-Encoding");

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Route route;
    private final ClientInfo client;
    private final Relay relay;
    private final SessionRegistry relays;
    private final DisconnectDetector presence;
    private final AtomicBoolean answered = new AtomicBoolean();
    private AsyncContext async;
    private Scheduler scheduler;
    private volatile Scheduler.Task nextLook;
    private long deadlineNanos;

    /** Until when it may wait for its turn: what is left of the time then is Streamlit's. */
    private long turnNanos;

    private Runnable turn;
    private final AtomicReference<Place> place = new AtomicReference<>(Place.WAITING);
    private volatile HttpFields upstreamHeaders = HttpFields.EMPTY;
    private volatile int refusedWith;
    private volatile Outcome failure;

    Handshake(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            ClientInfo client,
            Relay relay,
            SessionRegistry relays,
            DisconnectDetector presence) {
        this.request = request;
        this.response = response;
        this.route = route;
        this.client = client;
        this.relay = relay;
        this.relays = relays;
        this.presence = presence;
    }

    void begin(HttpFields headers, Scheduler scheduler, long timeoutMillis) {
        request.setAttribute(ATTRIBUTE, this);
        async = request.startAsync();
        async.setTimeout(0); // our own timer is the bound
        this.scheduler = scheduler;
        long now = System.nanoTime();
        deadlineNanos = now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        turnNanos = now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis) / 2;
        presence.watch(request);
        lookLater();
        turn = () -> dial(new Relay.Dial(route.replica().address(), target(request, route), headers));
        if (!route.replica().enterHandshake(turn)) {
            giveUp(Outcome.TOO_MANY_HANDSHAKES);
        }
    }

    private void dial(Relay.Dial dial) {
        if (place.compareAndSet(Place.WAITING, Place.DIALLING)) {
            relay.dial(dial, this);
        } else {
            route.replica().handshakeAnswered(); // nobody waits for it any more
        }
    }

    /** While Streamlit is silent: its time may be up, or the browser may have left. */
    private void look() {
        if (answered.get()) {
            return;
        }
        long now = System.nanoTime();
        if (now - deadlineNanos >= 0) {
            giveUp(Outcome.TIMED_OUT);
        } else if (now - turnNanos >= 0 && place.get() == Place.WAITING) {
            giveUp(Outcome.TOO_MANY_HANDSHAKES);
        } else if (presence.isGone(request)) {
            giveUp(Outcome.CLIENT_GONE);
        } else {
            lookLater();
        }
    }

    private void lookLater() {
        route.replica().load().noteDemand();
        nextLook = scheduler.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (answered.get()) {
            nextLook.cancel();
        }
    }

    private void giveUp(Outcome outcome) {
        if (outcome == Outcome.TOO_MANY_HANDSHAKES) {
            route.replica().handshakeRefused();
        }
        LOG.atLevel(route.replica().failures().level(outcome.level(), outcome.name()))
                .log(
                        "{} got no answer from {}: {}",
                        relay.name(),
                        route.replica().address(),
                        outcome.text());
        answer(outcome);
        relay.end(outcome, null);
    }

    static String target(HttpServletRequest request, Route route) {
        String path = route.upstreamPath(request.getRequestURI());
        return request.getQueryString() == null ? path : path + "?" + request.getQueryString();
    }

    @Override
    public void accepted(HttpFields headers) {
        upstreamHeaders = headers;
        answer(null);
    }

    @Override
    public void refused(int status, HttpFields headers) {
        LOG.debug("{} is refused by Streamlit with {}", relay.name(), status);
        upstreamHeaders = headers;
        refusedWith = status;
        answer(null);
    }

    @Override
    public void failed(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof ConnectException)) {
            root = root.getCause();
        }
        boolean slow = root instanceof TimeoutException || root instanceof SocketTimeoutException;
        Outcome outcome = slow ? Outcome.TIMED_OUT : root instanceof ConnectException ? Outcome.REFUSED : Outcome.LOST;
        if (!answered.get()) {
            LOG.atLevel(route.replica().failures().level(Level.WARN, "handshake " + outcome))
                    .log(
                            "{} cannot reach {}: {} (said at most once a minute)",
                            relay.name(),
                            route.replica().address(),
                            FailureText.of(root));
        }
        if (outcome == Outcome.REFUSED || root instanceof SocketTimeoutException) { // of connecting
            route.replica().connectionRefused();
            FailedReplicas.failed(request, route.replica());
        } else {
            route.replica().connectionLost();
        }
        answer(outcome);
    }

    boolean mayMove() {
        return route.movable();
    }

    /** The first answer counts; {@code null} when Streamlit gave one. */
    private void answer(Outcome outcome) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        Scheduler.Task look = nextLook;
        if (look != null) { // the first may come before it is known
            look.cancel(); // or the timer keeps the request until then
        }
        failure = outcome;
        makeRoom();
        try {
            async.dispatch();
        } catch (IllegalStateException clientGone) {
            relay.end(Outcome.CLIENT_GONE, clientGone);
        }
    }

    /** The next handshake may go to Streamlit. */
    private void makeRoom() {
        if (place.getAndSet(Place.OVER) == Place.DIALLING) {
            route.replica().handshakeAnswered();
        } else {
            route.replica().withdrawHandshake(turn);
        }
    }

    /**
     * The second dispatch.
     *
     * @return how it failed, to be answered by the caller; {@code null} when the answer has been given
     */
    Outcome finish() throws IOException {
        if (failure != null || refusedWith != 0) {
            relays.refused(relay);
        }
        if (failure != null) {
            return failure;
        }
        if (refusedWith != 0) {
            HttpFields.Mutable fields = HttpFields.build(upstreamHeaders);
            REFUSAL_BODY.forEach(fields::remove);
            response.setStatus(refusedWith);
            if (request.getProtocol().equals("HTTP/1.1")) {
                response.setHeader("Connection", "close"); // a frame may have come already, which is no request
            }
            ResponseHeaders.pass(fields, request, response, client, route);
            return null;
        }
        ResponseHeaders.passCookies(upstreamHeaders, response, client, route);
        relays.place(relay, route, StreamlitSubprotocols.sessionId(request));
        try {
            relay.accept(request, response, upstreamHeaders.get(StreamlitSubprotocols.HEADER));
        } catch (IOException lost) {
            relay.end(Outcome.CLIENT_GONE, lost);
            if (response.isCommitted()) {
                LOG.debug("{} was not upgraded", relay.name(), lost);
                return null;
            }
            LOG.warn("{} was not upgraded", relay.name(), lost);
            return Outcome.INTERNAL;
        }
        return null;
    }
}
