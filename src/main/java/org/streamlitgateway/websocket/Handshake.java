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
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.routing.FailedReplicas;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitSubprotocols;

/**
 * One WebSocket handshake. It dials Streamlit when the replica's limiter permits, and dispatches the request again when
 * the result is known; {@link #finish} then accepts or refuses the browser as Streamlit did. No thread waits.
 *
 * <pre>
 *   QUEUED --------- the limiter runs dial --------&gt; DIALLING
 *      |                                                |
 *      | half of the timeout, or client gone            | result, timeout, or client gone
 *      v                                                v
 *   DONE: the first result counts, async.dispatch() -&gt; finish()
 * </pre>
 */
final class Handshake implements Relay.HandshakeListener {
    static final String ATTRIBUTE = Handshake.class.getName();

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    /** Period of the checks for timeout and disconnect. */
    private static final long CHECK_MILLIS = 250;

    private enum State {
        QUEUED,
        DIALLING,
        DONE
    }

    /** Headers that describe the body of a refusal, which is not forwarded. */
    private static final List<String> BODY_HEADERS = List.of("Content-Length", "Content-Type", "Content-Encoding");

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final RequestObserver observer;
    private final Route route;
    private final ClientInfo client;
    private final Relay relay;
    private final SessionRegistry sessions;
    private final DisconnectDetector disconnects;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private final AtomicBoolean answered = new AtomicBoolean();
    private AsyncContext async;
    private Scheduler scheduler;
    private volatile Scheduler.Task nextCheck;
    private long deadlineNanos;

    /** End of the time in the limiter's queue. The rest of the timeout is Streamlit's. */
    private long queueDeadlineNanos;

    private Runnable dial;
    private volatile HttpFields upstreamHeaders = HttpFields.EMPTY;

    /** Status of Streamlit's refusal, or 0. */
    private volatile int refusalStatus;

    private volatile Outcome failure;

    Handshake(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            ClientInfo client,
            Relay relay,
            SessionRegistry sessions,
            DisconnectDetector disconnects) {
        this.request = request;
        this.observer = RequestObserver.of(request);
        this.response = response;
        this.route = route;
        this.client = client;
        this.relay = relay;
        this.sessions = sessions;
        this.disconnects = disconnects;
    }

    void begin(HttpFields headers, Scheduler scheduler, long timeoutMillis) {
        request.setAttribute(ATTRIBUTE, this);
        async = request.startAsync();
        async.setTimeout(0); // the periodic check enforces the timeout
        this.scheduler = scheduler;
        long now = System.nanoTime();
        deadlineNanos = now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        queueDeadlineNanos = now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis) / 2;
        disconnects.watch(request);
        scheduleCheck();
        dial = () -> dial(new Relay.UpstreamRequest(route.replica().address(), target(request, route), headers));
        if (!route.replica().enterHandshake(dial)) {
            abandon(Outcome.TOO_MANY_HANDSHAKES);
        }
    }

    private void dial(Relay.UpstreamRequest upstreamRequest) {
        if (state.compareAndSet(State.QUEUED, State.DIALLING)) {
            relay.dial(upstreamRequest, this);
        } else {
            route.replica().handshakeAnswered(); // abandoned meanwhile
        }
    }

    /** Abandons the handshake if its time is up or the browser has disconnected. */
    private void check() {
        if (answered.get()) {
            return;
        }
        long now = System.nanoTime();
        if (now - deadlineNanos >= 0) {
            abandon(Outcome.TIMED_OUT);
        } else if (now - queueDeadlineNanos >= 0 && state.get() == State.QUEUED) {
            abandon(Outcome.TOO_MANY_HANDSHAKES);
        } else if (disconnects.isGone(request)) {
            abandon(Outcome.CLIENT_GONE);
        } else {
            scheduleCheck();
        }
    }

    private void scheduleCheck() {
        route.replica().load().noteDemand();
        nextCheck = scheduler.schedule(this::check, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        if (answered.get()) {
            nextCheck.cancel();
        }
    }

    private void abandon(Outcome outcome) {
        if (outcome == Outcome.TOO_MANY_HANDSHAKES) {
            route.replica().handshakeRefused();
        }
        LogContext.with(
                observer.session(), () -> LOG.atLevel(route.replica().failures().level(outcome.level(), outcome.name()))
                        .log(
                                "{}: no answer from {}: {} (logged at most once a minute)",
                                relay.name(),
                                route.replica().address(),
                                outcome.text()));
        complete(outcome);
        relay.end(outcome, null);
    }

    static String target(HttpServletRequest request, Route route) {
        String path = route.upstreamPath(request.getRequestURI());
        return request.getQueryString() == null ? path : path + "?" + request.getQueryString();
    }

    @Override
    public void accepted(HttpFields headers) {
        upstreamHeaders = headers;
        observer.firstByte();
        route.replica().responded();
        complete(null);
    }

    @Override
    public void refused(int status, HttpFields headers) {
        LOG.debug("{}: Streamlit refused the handshake with status {}", relay.name(), status);
        upstreamHeaders = headers;
        refusalStatus = status;
        complete(null);
    }

    @Override
    public void failed(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof ConnectException)) {
            root = root.getCause();
        }
        boolean timedOut = root instanceof TimeoutException || root instanceof SocketTimeoutException;
        Outcome outcome =
                timedOut ? Outcome.TIMED_OUT : root instanceof ConnectException ? Outcome.REFUSED : Outcome.LOST;
        if (!answered.get()) {
            String reason = FailureText.of(root);
            LogContext.with(observer.session(), () -> LOG.atLevel(
                            route.replica().requestFailed("handshake " + outcome) ? Level.WARN : Level.DEBUG)
                    .log(
                            "{}: the handshake with {} failed: {} (further ones are counted)",
                            relay.name(),
                            route.replica().address(),
                            reason));
        }
        if (outcome == Outcome.REFUSED || root instanceof SocketTimeoutException) { // the connect timeout
            route.replica().connectionRefused();
            FailedReplicas.add(request, route.replica());
        } else {
            route.replica().connectionLost();
        }
        complete(outcome);
    }

    /** Whether another replica could take the handshake. */
    boolean isRetryable() {
        return route.movable();
    }

    /**
     * Records the result and dispatches the request. Only the first call has an effect.
     *
     * @param outcome why there is no answer of Streamlit's; {@code null} if there is one
     */
    private void complete(Outcome outcome) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        Scheduler.Task check = nextCheck;
        if (check != null) { // a result can come before the first check is scheduled
            check.cancel(); // releases the timer's reference to the request
        }
        failure = outcome;
        leaveLimiter();
        try {
            async.dispatch();
        } catch (IllegalStateException e) { // the container has ended the request
            relay.end(Outcome.CLIENT_GONE, e);
        }
    }

    /** Lets the next handshake start. */
    private void leaveLimiter() {
        if (state.getAndSet(State.DONE) == State.DIALLING) {
            route.replica().handshakeAnswered();
        } else {
            route.replica().withdrawHandshake(dial);
        }
    }

    /**
     * Answers the browser, in the second dispatch.
     *
     * @return the failure that the caller is to answer; {@code null} if the browser has been answered
     */
    Outcome finish() throws IOException {
        if (failure != null || refusalStatus != 0) {
            sessions.handshakeFailed(relay);
        }
        if (failure != null) {
            return failure;
        }
        if (refusalStatus != 0) {
            HttpFields.Mutable fields = HttpFields.build(upstreamHeaders);
            BODY_HEADERS.forEach(fields::remove);
            response.setStatus(refusalStatus);
            if (request.getProtocol().equals("HTTP/1.1")) {
                response.setHeader("Connection", "close"); // frames that already follow are not a request
            }
            ResponseHeaders.copy(fields, request, response, client, route);
            return null;
        }
        ResponseHeaders.copyCookies(upstreamHeaders, response, client, route);
        sessions.assigned(relay, route, StreamlitSubprotocols.sessionId(request));
        observer.accepted(true);
        try {
            relay.accept(request, response, upstreamHeaders.get(StreamlitSubprotocols.HEADER));
        } catch (IOException e) {
            observer.accepted(false);
            observer.failed(Outcome.CLIENT_GONE);
            relay.end(Outcome.CLIENT_GONE, e);
            if (response.isCommitted()) {
                LOG.debug("{}: the browser's connection was not upgraded", relay.name(), e);
                return null;
            }
            LOG.warn("{}: the browser's connection was not upgraded", relay.name(), e);
            return Outcome.INTERNAL;
        }
        return null;
    }
}
