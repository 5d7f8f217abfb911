package org.streamlitgateway.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.ContinueProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.container.ConnectionAbort;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.headers.RequestHeaders;
import org.streamlitgateway.limit.ClientKey;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.pages.ErrorResponse;
import org.streamlitgateway.routing.FailedReplicas;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.client.RawRequest;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * Carries HTTP exchanges to Streamlit and back. The steps, in order: {@link #forward}, {@link #send}, then the
 * {@link ResponseForwarder}, then {@link #completed}. Not mapped to any path: the gateway servlet calls it.
 */
public final class AppProxyServlet extends AsyncProxyServlet {
    private static final Logger LOG = LoggerFactory.getLogger(AppProxyServlet.class);
    private static final long serialVersionUID = 1;
    private static final String CONTINUE = AppProxyServlet.class.getName() + ".continue";

    /** RFC 9110 section 9.2.2: may be sent again when the answer did not come. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final Set<String> UPLOADING = Set.of("POST", "PUT", "PATCH");

    private static final int MAX_ATTEMPTS = 2;

    /** After this, a request no longer waits for another one for the same asset, but goes by itself. */
    private static final long LONGEST_WAIT_MILLIS = 5000;

    private final transient UpstreamClient upstream;
    private final transient RequestHeaders headers;
    private final transient ExchangeTimeouts silence;
    private final transient AssetCache cache;
    private final transient Quota uploads;

    /**
     * Made anew for each configuration.
     *
     * @param uploads how many bodies of requests each client may be sending
     */
    public AppProxyServlet(
            UpstreamClient upstream,
            RequestHeaders headers,
            ExchangeTimeouts silence,
            AssetCache cache,
            Quota uploads) {
        this.upstream = upstream;
        this.headers = headers;
        this.silence = silence;
        this.cache = cache;
        this.uploads = uploads;
    }

    /** The client is the gateway's own, started and stopped by the assembly. */
    @Override
    protected HttpClient createHttpClient() {
        HttpClient client = upstream.http();
        client.getProtocolHandlers().put(new ContinueProtocolHandler() {
            @Override
            protected Runnable onContinue(Request request) {
                return (Runnable) request.getAttributes().get(CONTINUE);
            }
        });
        return client;
    }

    @Override
    public void destroy() {
        // see createHttpClient
    }

    /**
     * Starts the exchange and returns; the container's thread is free from then on.
     *
     * @return why the request is refused, or {@code null}
     */
    public Outcome forward(HttpServletRequest request, HttpServletResponse response, Route route, ClientInfo client) {
        String query = request.getQueryString();
        String path = route.upstreamPath(request.getRequestURI());
        String key = cache.key(request, client.host(), route.prefix(), path);
        if (key != null && cache.answer(key, request, response)) {
            return null;
        }
        boolean hasBody = hasContent(request);
        Quota.Share upload = hasBody ? uploads.acquire(ClientKey.of(client.address())) : null;
        if (hasBody && upload == null) {
            return Outcome.TOO_MANY_UPLOADS;
        }
        Exchange exchange =
                new Exchange(request, response, route, client, query == null ? path : path + "?" + query, hasBody, key);
        exchange.uploads(upload);
        request.setAttribute(Exchange.ATTRIBUTE, exchange);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // silence has a bound, the exchange as a whole has none
        silence.watch(exchange);
        board(exchange);
        return null;
    }

    /** Goes to Streamlit at once, or waits for another request for the same asset. */
    private void board(Exchange exchange) {
        AssetCache.Membership membership = exchange.mayBoard() ? cache.join(exchange.key, exchange.request) : null;
        if (membership == null) {
            send(exchange);
        } else if (membership.leader()) {
            exchange.leads(membership.inFlight());
            send(exchange);
        } else {
            membership.inFlight().await(upstream.scheduler(), LONGEST_WAIT_MILLIS, () -> waited(exchange));
        }
    }

    /** Another request has brought the asset; or it has not, and somebody else must. */
    private void waited(Exchange exchange) {
        if (cache.answer(exchange.key, exchange.request, exchange.response)) {
            exchange.end();
            silence.forget(exchange);
        } else {
            board(exchange);
        }
    }

    private void send(Exchange exchange) {
        RawRequest out = new RawRequest(
                getHttpClient(), exchange.route.replica().address(), exchange.request.getMethod(), exchange.target);
        out.headers(fields -> fields.clear().add(headers.build(exchange.request, exchange.client, exchange.route)));
        if (exchange.isLeading()) {
            out.headers(fields -> fields.put("Accept-Encoding", "identity")); // the cache encodes by itself
        }
        out.idleTimeout(0, TimeUnit.MILLISECONDS); // see Silence
        boolean repeatable = !exchange.hasBody && IDEMPOTENT.contains(exchange.request.getMethod());
        if (!repeatable || exchange.attempts() > 0) {
            out.tag(exchange.hasBody ? UpstreamClient.Fresh.UPLOAD : UpstreamClient.Fresh.REQUEST);
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} {} from {} goes to {} as {}",
                    exchange.request.getMethod(),
                    new Printable(exchange.request.getRequestURI()),
                    exchange.client.peer(),
                    exchange.route.replica().address(),
                    out.getHeaders().getFieldNamesCollection());
        }
        exchange.sent(out);
        try {
            if (exchange.hasBody) {
                out.body(body(exchange, out));
            }
            out.send(new ResponseForwarder(exchange, this, cache));
        } catch (IOException | RuntimeException failure) {
            fail(exchange, failure);
        }
    }

    /** The request body; with {@code Expect: 100-continue} it is asked for only when Streamlit says so. */
    private Request.Content body(Exchange exchange, Request out) throws IOException {
        if (!expects100Continue(exchange.request)) {
            return proxyRequestContent(exchange.request, exchange.response, out);
        }
        AsyncRequestContent later = new AsyncRequestContent();
        out.attribute(CONTINUE, (Runnable) () -> {
            try {
                Request.Content content = proxyRequestContent(exchange.request, exchange.response, out);
                Content.copy(content, later, Callback.from(later::close, later::fail));
            } catch (IOException | RuntimeException failure) {
                later.fail(failure);
            }
        });
        return later;
    }

    /** While a piece goes out it is Streamlit's turn, else the client's; silence counts for the one whose turn it is. */
    @Override
    protected ReadListener newReadListener(
            HttpServletRequest request, HttpServletResponse response, Request out, AsyncRequestContent content) {
        Exchange exchange = (Exchange) request.getAttribute(Exchange.ATTRIBUTE);
        exchange.bodyRate().await(System.nanoTime());
        return new StreamReader(request, response, out, content) {
            /** Whether a piece is on its way to Streamlit; else a failure is the client's. */
            private volatile boolean passing;

            @Override
            protected void onRequestContent(
                    HttpServletRequest from,
                    Request to,
                    AsyncRequestContent body,
                    byte[] buffer,
                    int offset,
                    int length,
                    Callback taken) {
                exchange.bodyRate().came(length, System.nanoTime());
                exchange.awaitUpstream();
                passing = true;
                Callback next = Callback.from(
                        () -> {
                            passing = false;
                            awaitMore(exchange);
                            taken.succeeded();
                        },
                        taken::failed);
                super.onRequestContent(from, to, body, buffer, offset, length, next);
            }

            @Override
            public void onAllDataRead() {
                exchange.requestRead();
                super.onAllDataRead();
            }

            @Override
            public void onError(Throwable cause) {
                exchange.requestFailed(cause);
                content.fail(cause);
            }

            @Override
            protected void onFailure(Throwable cause) {
                if (!passing) {
                    exchange.requestFailed(cause); // it could not be read
                }
                content.fail(cause);
            }
        };
    }

    private static void awaitMore(Exchange exchange) {
        exchange.bodyRate().await(System.nanoTime());
        exchange.awaitClient();
    }

    @Override
    protected boolean hasContent(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length > 0 || length < 0 && mayHaveUnframedContent(request);
    }

    /** HTTP/2 frames content by itself; with these methods it comes without having been announced. */
    private static boolean mayHaveUnframedContent(HttpServletRequest request) {
        return request.getHeader("Transfer-Encoding") != null
                || request.getProtocol().equals("HTTP/2.0") && UPLOADING.contains(request.getMethod());
    }

    /** The exchange with Streamlit is over, and the answer has been passed on whole, or something failed. */
    void completed(Exchange exchange, Result result, boolean whole) {
        if (exchange.isEnded()) { // a recording whose client has left: the container has taken its request back
            exchange.land();
            silence.forget(exchange);
            return;
        }
        if (result.isSucceeded() || whole && exchange.isAnswered() && !exchange.isClientGone()) {
            exchange.land();
            if (exchange.end()) {
                silence.forget(exchange);
                log(exchange, result.getResponse().getStatus(), "done", null);
                complete(exchange);
            }
            return;
        }
        Throwable failure = result.getFailure();
        boolean mayRepeat = !exchange.hasBody
                && IDEMPOTENT.contains(exchange.request.getMethod())
                && !exchange.isAnswered()
                && !exchange.isTimedOut()
                && !exchange.isClientGone()
                && !(failure instanceof ConnectException)
                && !(failure instanceof MissingAssetException);
        if (mayRepeat && exchange.attempts() < MAX_ATTEMPTS) {
            LOG.debug(
                    "{} is asked again on a new connection: {}",
                    exchange.route.replica().address(),
                    FailureText.of(failure));
            send(exchange);
        } else {
            fail(exchange, failure);
        }
    }

    /** Streamlit has done its part; the client still reads from memory. */
    void recorded(Exchange exchange) {
        exchange.awaitClient();
        exchange.land();
        exchange.whole();
        if (exchange.isEnded()) {
            silence.forget(exchange); // else its client is still being sent it, and a stop waits for that
        }
    }

    /** The client has taken all that was recorded. */
    void taken(Exchange exchange) {
        silence.forget(exchange);
        if (exchange.end()) {
            log(exchange, HttpServletResponse.SC_OK, "done", null);
            complete(exchange);
        }
    }

    /** The client of a recording is gone; the recording goes on for the others. */
    void abandoned(Exchange exchange, Throwable cause) {
        exchange.clientGone(cause);
        if (exchange.end()) {
            exchange.awaitUpstream();
            if (exchange.isWhole()) {
                exchange.awaitClient();
                silence.forget(exchange);
            }
            log(exchange, Outcome.CLIENT_GONE.status(), Outcome.CLIENT_GONE.name(), cause);
            ConnectionAbort.dispatch(exchange.request);
        }
    }

    private void fail(Exchange exchange, Throwable failure) {
        exchange.land();
        silence.forget(exchange);
        if (!exchange.end()) {
            return;
        }
        if (failure instanceof MissingAssetException) {
            LOG.debug(
                    "{} has no {}",
                    exchange.route.replica().address(),
                    new Printable(exchange.request.getRequestURI()));
            moveOn(exchange);
            return;
        }
        Outcome outcome = outcome(exchange, failure);
        log(exchange, outcome.status(), outcome.name(), failure);
        boolean unreachable = outcome == Outcome.REFUSED || failure instanceof SocketTimeoutException; // of connecting
        if (unreachable) {
            exchange.route.replica().connectionRefused();
            if (exchange.mayMove()) {
                moveOn(exchange);
                return;
            }
        } else if (outcome == Outcome.LOST) {
            exchange.route.replica().connectionLost();
        }
        boolean brokenBody = outcome == Outcome.CLIENT_GONE
                && !exchange.isRequestRead(); // what came may be no body, and the client still there
        if (exchange.isPassing() || exchange.response.isCommitted() || outcome == Outcome.CLIENT_GONE && !brokenBody) {
            ConnectionAbort.dispatch(exchange.request);
        } else {
            ErrorResponse.send(exchange.request, exchange.response, brokenBody ? Outcome.BAD_REQUEST : outcome);
            complete(exchange);
        }
    }

    /** Nothing has been sent: the request comes in once more, and goes to another replica. */
    private static void moveOn(Exchange exchange) {
        exchange.request.removeAttribute(Exchange.ATTRIBUTE);
        FailedReplicas.failed(exchange.request, exchange.route.replica());
        try {
            exchange.response.reset();
            exchange.request.getAsyncContext().dispatch();
        } catch (IllegalStateException clientGone) {
            LOG.debug("ended by the container", clientGone);
        }
    }

    private static Outcome outcome(Exchange exchange, Throwable failure) {
        if (exchange.isClientGone()) {
            return Outcome.CLIENT_GONE;
        }
        if (exchange.isClientSlow()) {
            return Outcome.CLIENT_SLOW;
        }
        if (exchange.isTimedOut() || failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return Outcome.TIMED_OUT;
        }
        return failure instanceof ConnectException ? Outcome.REFUSED : Outcome.LOST;
    }

    private static void complete(Exchange exchange) {
        try {
            exchange.request.getAsyncContext().complete();
        } catch (IllegalStateException already) {
            LOG.debug("completed by the container", already);
        }
    }

    private static void log(Exchange exchange, int status, String how, Throwable cause) {
        boolean failed = cause != null && !"CLIENT_GONE".equals(how);
        if (failed && exchange.route.replica().failures().isDue(how)) {
            LOG.warn(
                    "{} {} ended with {} ({}): {}: {} (said at most once a minute)",
                    exchange.request.getMethod(),
                    new Printable(exchange.request.getRequestURI()),
                    status,
                    how,
                    exchange.route.replica().address(),
                    FailureText.of(cause));
        } else if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} {} ended with {} ({}) after {} ms",
                    exchange.request.getMethod(),
                    new Printable(exchange.request.getRequestURI()),
                    status,
                    how,
                    (System.nanoTime() - exchange.startedNanos) / 1_000_000);
        }
    }

    /** The way in is {@link #forward}. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        throw new ServletException("not mapped");
    }
}
