package org.streamlitgateway.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.streamlitgateway.cache.InFlightRequest;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.http.body.BodyRateLimit;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.client.RawRequest;

/**
 * One HTTP exchange: request, route, progress, and since when Streamlit has been silent.
 *
 * <pre>
 *   state       entered by          fields                left by
 *   WAITING     the constructor     upstream == null      sent, or end if the cache answers
 *   SENT        sent                upstream, attempts    beginResponse; sent once more; end
 *   ANSWERED    beginResponse       answered              startForwarding, startRecording, end
 *   FORWARDING  startForwarding     forwarding            end
 *   RECORDING   startRecording      recording             completeRecording; end, if the client disconnects
 *   RECORDED    completeRecording   recordingComplete     end
 *   ENDED       end                 ended
 * </pre>
 *
 * <p>A recording continues after the exchange has ended. Why an exchange fails is recorded apart from its state, in
 * {@code timedOut}, {@code clientGone}, {@code clientSlow} and {@code abandoned}. Fields that change are volatile or
 * guarded by this, because three parties call: the request's read listener, the response's listener, and the timer of
 * {@link ExchangeTimeouts}. Each flag is set and never cleared, except {@code abandoned}, which belongs to one attempt.
 */
final class Exchange {
    /** Request attribute that holds the exchange. */
    static final String ATTRIBUTE = Exchange.class.getName();

    /** Methods of requests that may be repeated if no response arrives (RFC 9110 section 9.2.2). */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final int MAX_ATTEMPTS = 2;
    private static final int MAX_JOINS = 2;

    private static final long NOT_WAITING = Long.MAX_VALUE;

    /** Silence after which a reused connection is suspected to be dead. */
    private static final long PROBE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final Set<String> IMMEDIATE_PATHS = Set.of("/", "/_stcore/health", "/_stcore/host-config");
    private static final Set<String> IMMEDIATE_FOLDERS =
            Set.of("/static/", "/media/", "/component/", "/_stcore/bidi-components/");

    final HttpServletRequest request;
    final HttpServletResponse response;
    final Route route;
    final ClientInfo client;
    final String target;
    final boolean hasBody;
    final RequestObserver observer;

    /** Cache key of the response, or {@code null} if the cache must not be used. */
    final String key;

    final long startedNanos = System.nanoTime();

    private final AtomicBoolean ended = new AtomicBoolean();
    private final BodyRateLimit bodyRate = new BodyRateLimit();
    private volatile Quota.Share upload;
    private volatile RawRequest upstream;
    private volatile long waitingSinceNanos = NOT_WAITING;
    private volatile boolean timedOut;
    private volatile boolean clientGone;
    private volatile boolean clientSlow;
    private volatile boolean requestRead;
    private volatile boolean answered;
    private volatile boolean probed;
    private boolean abandoned; // guarded by this
    private volatile boolean recording;
    private volatile boolean recordingComplete;
    private volatile boolean forwarding;
    private int joins; // used by one thread at a time, as are the two below: each step starts after the one before
    private InFlightRequest inFlight;
    private int attempts;

    Exchange(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            ClientInfo client,
            String target,
            boolean hasBody,
            String key) {
        this.request = request;
        this.response = response;
        this.route = route;
        this.client = client;
        this.target = target;
        this.hasBody = hasBody;
        this.observer = RequestObserver.of(request);
        this.requestRead = !hasBody;
        this.key = key;
    }

    /** Counts an attempt to join a request in flight. Returns whether it is allowed: the first leader may have failed. */
    boolean tryJoin() {
        return key != null && joins++ < MAX_JOINS;
    }

    /** Makes this exchange the leader of a coalesced request. */
    void lead(InFlightRequest inFlight) {
        this.inFlight = inFlight;
    }

    boolean isLeader() {
        return inFlight != null;
    }

    /** Releases the requests coalesced with this one. */
    void completeInFlight() {
        if (inFlight != null) {
            inFlight.complete();
        }
    }

    /** Notes that the response is being cached: it is read to its end even if this client disconnects. */
    void startRecording() {
        recording = true;
    }

    /** Notes that the response has been recorded whole. */
    void completeRecording() {
        recordingComplete = true;
    }

    boolean isRecordingComplete() {
        return recordingComplete;
    }

    boolean isEnded() {
        return ended.get();
    }

    void sent(RawRequest upstream) {
        synchronized (this) {
            abandoned = false;
        }
        this.upstream = upstream;
        attempts++;
        awaitUpstream();
    }

    /** Returns how often the request has been sent to this replica. */
    int attempts() {
        return attempts;
    }

    /** Returns whether the request may be sent more than once. */
    boolean isRepeatable() {
        return !hasBody && IDEMPOTENT.contains(request.getMethod());
    }

    /** Returns whether to send the request once more after this failure. */
    boolean mayRepeat(Throwable failure) {
        return isRepeatable()
                && attempts < MAX_ATTEMPTS
                && !answered
                && !timedOut
                && !clientGone
                && !(failure instanceof ConnectException)
                && !(failure instanceof MissingAssetException);
    }

    /** Classifies the failure that ends the exchange. */
    Outcome outcome(Throwable failure) {
        if (clientGone) {
            return Outcome.CLIENT_GONE;
        }
        if (clientSlow) {
            return Outcome.CLIENT_SLOW;
        }
        if (timedOut || failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return Outcome.TIMED_OUT;
        }
        return failure instanceof ConnectException ? Outcome.REFUSED : Outcome.LOST;
    }

    /** Returns the rate limit of the request body. */
    BodyRateLimit bodyRate() {
        return bodyRate;
    }

    /** Holds a share of the upload quota until the request body has arrived. */
    void holdUpload(Quota.Share share) {
        upload = share;
    }

    private void releaseUpload() {
        Quota.Share share = upload;
        if (share != null) {
            share.release();
        }
    }

    /** Aborts the exchange if the request body arrives at less than this rate. */
    void expireBody(long nowNanos, long bytesPerSecond) {
        RawRequest sent = upstream;
        if (hasBody && !requestRead && sent != null && bodyRate.endWindow(bytesPerSecond, nowNanos)) {
            clientSlow = true;
            sent.abort(new TimeoutException(
                    "the request body arrived at less than " + bytesPerSecond + " bytes per second"));
        }
    }

    /** Starts the timeout: the next bytes are due from Streamlit, or it must accept the bytes sent. */
    void awaitUpstream() {
        waitingSinceNanos = System.nanoTime();
    }

    /** Stops the timeout, while the client must act. */
    void awaitClient() {
        waitingSinceNanos = NOT_WAITING;
    }

    /** Returns whether the request is for a file that is the same on each replica of the same version. */
    boolean isAsset() {
        String path = request.getRequestURI();
        return path.startsWith(route.prefix() + "/static/") && !path.endsWith(".html") && !path.endsWith("/");
    }

    /** Returns whether the request may still be sent to another replica. */
    boolean canMove() {
        return route.movable() && !hasBody && !response.isCommitted();
    }

    /**
     * Accepts the status line of a response.
     *
     * @return false if the attempt was abandoned, and the response must be ignored
     */
    synchronized boolean beginResponse() {
        answered |= !abandoned;
        return answered;
    }

    /**
     * Returns true, once, if Streamlit should be probed because the reused connection may be dead: a firewall may have
     * forgotten it. Applies only to requests that Streamlit answers at once and that may be repeated. Any other response
     * may rightly take long.
     */
    boolean takeProbe(long nowNanos) {
        long since = waitingSinceNanos;
        RawRequest sent = upstream;
        if (since == NOT_WAITING
                || nowNanos - since < PROBE_AFTER_NANOS
                || probed
                || answered
                || hasBody
                || sent == null
                || !sent.isOnUsedConnection()
                || !isImmediate()) {
            return false;
        }
        probed = true;
        return true;
    }

    private boolean isImmediate() {
        String path = request.getRequestURI().substring(route.prefix().length());
        return IMMEDIATE_PATHS.contains(path) || IMMEDIATE_FOLDERS.stream().anyMatch(path::startsWith);
    }

    /** Aborts the attempt on a reused connection, unless a response has begun or the attempt was aborted already. */
    void abandonConnection() {
        RawRequest sent = upstream;
        synchronized (this) {
            if (answered || abandoned || !sent.isOnUsedConnection()) {
                return;
            }
            abandoned = true;
        }
        sent.abort(new IOException("no response on a reused connection, while Streamlit answers on a new one"));
    }

    /** Notes that body bytes go to the client: no other response can be sent. */
    void startForwarding() {
        forwarding = true;
    }

    boolean isForwarding() {
        return forwarding;
    }

    boolean isAnswered() {
        return answered;
    }

    /** Aborts the exchange if Streamlit has been silent for longer than the timeout. */
    void expire(long nowNanos, long timeoutNanos) {
        long since = waitingSinceNanos;
        if (since != NOT_WAITING && nowNanos - since > timeoutNanos) {
            timedOut = true;
            awaitClient();
            upstream.abort(new TimeoutException("Streamlit was silent for " + timeoutNanos / 1_000_000 + " ms"));
        }
    }

    /** Notes that the whole request has arrived. Only then can a disconnect of the client be detected. */
    void requestRead() {
        requestRead = true;
        releaseUpload();
        awaitUpstream();
    }

    boolean isRequestRead() {
        return requestRead;
    }

    /** Records why the request body cannot be read: a timeout of the container, or a disconnect. */
    void requestFailed(Throwable cause) {
        if (cause instanceof TimeoutException) {
            clientSlow = true;
        } else {
            clientGone = true;
        }
    }

    /** Aborts the request to Streamlit because the client has disconnected, unless the response is being recorded. */
    void clientGone(Throwable cause) {
        clientGone = true;
        RawRequest sent = upstream;
        if (sent != null && !recording) {
            sent.abort(cause);
        }
    }

    boolean isTimedOut() {
        return timedOut;
    }

    boolean isClientGone() {
        return clientGone;
    }

    /** Ends the exchange. Returns true for the first caller only, which must complete the response. */
    boolean end() {
        awaitClient();
        releaseUpload();
        return ended.compareAndSet(false, true);
    }
}
