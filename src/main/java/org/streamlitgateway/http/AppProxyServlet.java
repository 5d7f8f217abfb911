package org.streamlitgateway.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.pages.ErrorResponse;
import org.streamlitgateway.routing.FailedReplicas;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.client.RawRequest;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * Forwards HTTP exchanges to Streamlit. The steps, in order: {@link #forward}, {@link #send}, then the
 * {@link ResponseForwarder}, then {@link #completed}. Not mapped to a path: the gateway servlet calls it.
 */
public final class AppProxyServlet extends AsyncProxyServlet {
    private static final Logger LOG = LoggerFactory.getLogger(AppProxyServlet.class);
    private static final long serialVersionUID = 1;
    private static final String CONTINUE = AppProxyServlet.class.getName() + ".continue";

    private static final Set<String> UPLOADING = Set.of("POST", "PUT", "PATCH");

    /** Longest wait for another request for the same asset. */
    private static final long MAX_WAIT_MILLIS = 5000;

    private final transient UpstreamClient upstream;
    private final transient RequestHeaders headers;
    private final transient ExchangeTimeouts timeouts;
    private final transient AssetCache cache;
    private final transient Quota uploads;

    /**
     * Created once for each configuration.
     *
     * @param uploads quota of concurrent request bodies for each client
     */
    public AppProxyServlet(
            UpstreamClient upstream,
            RequestHeaders headers,
            ExchangeTimeouts timeouts,
            AssetCache cache,
            Quota uploads) {
        this.upstream = upstream;
        this.headers = headers;
        this.timeouts = timeouts;
        this.cache = cache;
        this.uploads = uploads;
    }

    /** Returns the gateway's shared client, which the gateway starts and stops. */
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
        // the shared client must not be stopped here
    }

    /**
     * Starts an exchange and returns without waiting for it.
     *
     * @return the reason for refusing the request, or {@code null} if the exchange has started
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
        exchange.holdUpload(upload);
        request.setAttribute(Exchange.ATTRIBUTE, exchange);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // ExchangeTimeouts bounds timeouts; the whole exchange has no time limit
        timeouts.add(exchange);
        joinOrSend(exchange);
        return null;
    }

    /** Sends the request to Streamlit, or waits for another request for the same asset. */
    private void joinOrSend(Exchange exchange) {
        AssetCache.Membership membership = exchange.tryJoin() ? cache.join(exchange.key, exchange.request) : null;
        if (membership == null) {
            send(exchange);
        } else if (membership.leader()) {
            exchange.lead(membership.inFlight());
            send(exchange);
        } else {
            membership.inFlight().await(upstream.scheduler(), MAX_WAIT_MILLIS, () -> continueAfterWait(exchange));
        }
    }

    /** Answers from the cache if the leader has stored the asset; otherwise joins again or sends the request. */
    private void continueAfterWait(Exchange exchange) {
        exchange.observer.cache(CacheResult.COALESCED);
        if (cache.answer(exchange.key, exchange.request, exchange.response)) {
            exchange.end();
            timeouts.remove(exchange);
        } else {
            joinOrSend(exchange);
        }
    }

    private void send(Exchange exchange) {
        RawRequest out = new RawRequest(
                getHttpClient(), exchange.route.replica().address(), exchange.request.getMethod(), exchange.target);
        out.headers(fields -> fields.clear().add(headers.build(exchange.request, exchange.client, exchange.route)));
        if (exchange.isLeader()) {
            out.headers(fields -> fields.put("Accept-Encoding", "identity")); // the cache compresses the asset itself
        }
        out.idleTimeout(0, TimeUnit.MILLISECONDS); // see ExchangeTimeouts
        if (!exchange.isRepeatable() || exchange.attempts() > 0) {
            out.tag(exchange.hasBody ? UpstreamClient.Fresh.UPLOAD : UpstreamClient.Fresh.REQUEST);
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "forwarding {} {} from {} to {} with headers {}",
                    exchange.request.getMethod(),
                    new Printable(exchange.request.getRequestURI()),
                    exchange.client.peer(),
                    exchange.route.replica().address(),
                    out.getHeaders().getFieldNamesCollection());
        }
        exchange.observer.cache(exchange.key == null ? CacheResult.NONE : CacheResult.MISS);
        out.onRequestBegin(begun -> exchange.observer.connected());
        exchange.sent(out);
        try {
            if (exchange.hasBody) {
                out.body(body(exchange, out));
            }
            out.send(new ResponseForwarder(exchange, this, cache));
        } catch (IOException | RuntimeException e) {
            fail(exchange, e);
        }
    }

    /** Returns the request body. With {@code Expect: 100-continue} it is read only after Streamlit's 100. */
    private Request.Content body(Exchange exchange, Request out) throws IOException {
        if (!expects100Continue(exchange.request)) {
            return proxyRequestContent(exchange.request, exchange.response, out);
        }
        AsyncRequestContent deferred = new AsyncRequestContent();
        out.attribute(CONTINUE, (Runnable) () -> {
            try {
                Request.Content content = proxyRequestContent(exchange.request, exchange.response, out);
                Content.copy(content, deferred, Callback.from(deferred::close, deferred::fail));
            } catch (IOException | RuntimeException e) {
                deferred.fail(e);
            }
        });
        return deferred;
    }

    /** While a chunk is being sent, the timeout of Streamlit runs; otherwise the client's minimum rate applies. */
    @Override
    protected ReadListener newReadListener(
            HttpServletRequest request, HttpServletResponse response, Request out, AsyncRequestContent content) {
        Exchange exchange = (Exchange) request.getAttribute(Exchange.ATTRIBUTE);
        exchange.bodyRate().await(System.nanoTime());
        return new StreamReader(request, response, out, content) {
            /** Whether a chunk is being sent to Streamlit; otherwise the client has caused a failure. */
            private volatile boolean sending;

            @Override
            protected void onRequestContent(
                    HttpServletRequest from,
                    Request to,
                    AsyncRequestContent body,
                    byte[] buffer,
                    int offset,
                    int length,
                    Callback sent) {
                exchange.observer.received(length);
                exchange.bodyRate().received(length, System.nanoTime());
                exchange.awaitUpstream();
                sending = true;
                Callback next = Callback.from(
                        () -> {
                            sending = false;
                            awaitMore(exchange);
                            sent.succeeded();
                        },
                        sent::failed);
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
                if (!sending) {
                    exchange.requestFailed(cause);
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
        return length > 0 || length < 0 && mayHaveUnannouncedContent(request);
    }

    /** Returns whether a request without Content-Length may have a body; in HTTP/2 no header announces it. */
    private static boolean mayHaveUnannouncedContent(HttpServletRequest request) {
        return request.getHeader("Transfer-Encoding") != null
                || request.getProtocol().equals("HTTP/2.0") && UPLOADING.contains(request.getMethod());
    }

    /**
     * Completes the response, repeats the request or fails the exchange, after the exchange with Streamlit has ended.
     *
     * @param whole whether the whole response has been forwarded, even if the request failed
     */
    void completed(Exchange exchange, Result result, boolean whole) {
        if (exchange.isEnded()) { // a recording whose client has disconnected: the container has recycled the request
            exchange.completeInFlight();
            timeouts.remove(exchange);
            return;
        }
        if (result.isSucceeded() || whole && exchange.isAnswered() && !exchange.isClientGone()) {
            exchange.completeInFlight();
            exchange.route.replica().responded();
            if (exchange.end()) {
                timeouts.remove(exchange);
                ExchangeLog.ended(exchange, result.getResponse().getStatus(), ExchangeLog.DONE, null);
                complete(exchange);
            }
            return;
        }
        Throwable failure = result.getFailure();
        if (exchange.mayRepeat(failure)) {
            LOG.debug(
                    "repeating the request to {} on a new connection: {}",
                    exchange.route.replica().address(),
                    FailureText.of(failure));
            send(exchange);
        } else {
            fail(exchange, failure);
        }
    }

    /** Handles the end of a recording, whose client may still be reading from memory. */
    void recorded(Exchange exchange) {
        exchange.awaitClient();
        exchange.completeInFlight();
        exchange.completeRecording();
        if (exchange.isEnded()) {
            timeouts.remove(exchange); // otherwise a shutdown waits until the client has the whole body
        }
    }

    /** Completes the response after the client has received the whole recorded body. */
    void recordingWritten(Exchange exchange) {
        timeouts.remove(exchange);
        if (exchange.end()) {
            ExchangeLog.ended(exchange, HttpServletResponse.SC_OK, ExchangeLog.DONE, null);
            complete(exchange);
        }
    }

    /** Ends the exchange of a client that disconnects during a recording. The recording continues for other clients. */
    void recordingClientGone(Exchange exchange, Throwable cause) {
        exchange.clientGone(cause);
        if (exchange.end()) {
            exchange.awaitUpstream();
            if (exchange.isRecordingComplete()) {
                exchange.awaitClient();
                timeouts.remove(exchange);
            }
            exchange.observer.failed(Outcome.CLIENT_GONE);
            ExchangeLog.ended(exchange, Outcome.CLIENT_GONE.status(), Outcome.CLIENT_GONE.name(), cause);
            abort(exchange);
        }
    }

    private void fail(Exchange exchange, Throwable failure) {
        exchange.completeInFlight();
        timeouts.remove(exchange);
        if (!exchange.end()) {
            return;
        }
        if (failure instanceof MissingAssetException) {
            LOG.debug(
                    "replica {} does not have {}; trying another one",
                    exchange.route.replica().address(),
                    new Printable(exchange.request.getRequestURI()));
            move(exchange);
            return;
        }
        Outcome outcome = exchange.outcome(failure);
        exchange.observer.failed(outcome);
        ExchangeLog.ended(exchange, outcome.status(), outcome.name(), failure);
        boolean unreachable = outcome == Outcome.REFUSED || failure instanceof SocketTimeoutException; // connecting
        if (unreachable) {
            exchange.route.replica().connectionRefused();
            if (exchange.canMove()) {
                move(exchange);
                return;
            }
        } else if (outcome == Outcome.LOST) {
            exchange.route.replica().connectionLost();
        }
        boolean brokenBody = outcome == Outcome.CLIENT_GONE
                && !exchange.isRequestRead(); // the body may be malformed and the client still connected
        if (exchange.isForwarding()
                || exchange.response.isCommitted()
                || outcome == Outcome.CLIENT_GONE && !brokenBody) {
            abort(exchange);
        } else {
            ErrorResponse.send(exchange.request, exchange.response, brokenBody ? Outcome.BAD_REQUEST : outcome);
            complete(exchange);
        }
    }

    /** Dispatches the request once more, to be routed to another replica. Nothing has been sent to the client yet. */
    private static void move(Exchange exchange) {
        exchange.observer.failed(null);
        exchange.request.removeAttribute(Exchange.ATTRIBUTE);
        FailedReplicas.add(exchange.request, exchange.route.replica());
        try {
            exchange.response.reset();
            exchange.request.getAsyncContext().dispatch();
        } catch (IllegalStateException e) {
            LOG.debug("request was already completed by the container", e);
        }
    }

    private static void abort(Exchange exchange) {
        exchange.observer.end();
        ConnectionAbort.dispatch(exchange.request);
    }

    private static void complete(Exchange exchange) {
        exchange.observer.end();
        try {
            exchange.request.getAsyncContext().complete();
        } catch (IllegalStateException e) {
            LOG.debug("request was already completed by the container", e);
        }
    }

    /** Always throws: {@link #forward} is the entry point. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        throw new ServletException("this servlet must not be mapped to a path");
    }
}
