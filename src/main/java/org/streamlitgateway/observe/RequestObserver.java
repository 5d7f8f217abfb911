package org.streamlitgateway.observe;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.observe.head.RequestHead;
import org.streamlitgateway.observe.history.LastHour;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.trace.TraceContext;

/**
 * One HTTP request or WebSocket handshake, from its headers to the end of its response. The handlers report what they know.
 * A handler that completes a request asynchronously reports the {@link #end} before it does so: a listener of the container
 * would make Jetty end requests by itself after an error. Thread-safe.
 */
public final class RequestObserver {
    private static final String ATTRIBUTE = RequestObserver.class.getName();
    private static final long UNKNOWN = -1;

    /** How the cache of assets took part. */
    public enum CacheResult {
        HIT,
        MISS,
        /** The request waited for another one for the same asset. */
        COALESCED,
        NONE
    }

    private final Traffic traffic;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final boolean upgrade;
    private final Instant started = Instant.now();
    private final long startedNanos = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private volatile AppTraffic app;
    private volatile String clientAddress;
    private volatile String host;
    private volatile String user;
    private volatile TraceContext trace;
    private volatile RequestHead head;
    private volatile SessionObserver session;
    private volatile String replica;
    private volatile RequestKind kind = RequestKind.OTHER;
    private volatile CacheResult cache = CacheResult.NONE;
    private volatile Outcome outcome;
    private volatile boolean accepted;
    private volatile long connectNanos = UNKNOWN;
    private volatile long firstByteNanos = UNKNOWN;
    private volatile long endedNanos;
    private volatile int status;

    RequestObserver(Traffic traffic, HttpServletRequest request, HttpServletResponse response, boolean upgrade) {
        this.traffic = traffic;
        this.request = request;
        this.response = response;
        this.upgrade = upgrade;
        this.trace = TraceContext.begin(traffic.samplesTraces());
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Returns the observer of a request. */
    public static RequestObserver of(HttpServletRequest request) {
        return (RequestObserver) request.getAttribute(ATTRIBUTE);
    }

    // --- reports

    /**
     * Reports the client. Continues the trace that a trusted proxy began. Called again, it has no effect.
     *
     * @param name name of the authenticated user, or {@code null}
     */
    public void client(ClientInfo client, String name) {
        if (clientAddress != null) {
            return;
        }
        clientAddress = client.address();
        host = client.host();
        user = name;
        TraceContext continued = !client.trusted()
                ? null
                : TraceContext.continued(
                        request.getHeaders(TraceContext.PARENT_HEADER), request.getHeaders(TraceContext.STATE_HEADER));
        if (continued != null) {
            trace = continued;
        }
    }

    /**
     * Reports the app; called again, it has no effect.
     *
     * @param name path of the app, as configured
     * @param prefix whole path prefix of the app
     */
    public void app(String name, String prefix) {
        if (app != null) {
            return;
        }
        AppTraffic found = traffic.app(name);
        kind = RequestKinds.of(request, prefix);
        app = found;
        found.metrics.requestStarted();
    }

    /** Reports the replica to which the request is sent; the last one counts. */
    public void replica(String name) {
        replica = name;
    }

    public void cache(CacheResult result) {
        cache = result;
    }

    /** Reports that the cache answers. */
    public void cacheHit() {
        if (cache != CacheResult.COALESCED) {
            cache = CacheResult.HIT;
        }
    }

    /** Reports that a connection to the replica is there. */
    public void connected() {
        if (connectNanos == UNKNOWN) {
            connectNanos = System.nanoTime() - startedNanos;
        }
    }

    /** Reports the first byte of the replica's response. */
    public void firstByte() {
        if (firstByteNanos == UNKNOWN) {
            firstByteNanos = System.nanoTime() - startedNanos;
        }
    }

    public void received(long bytes) {
        received.add(bytes);
    }

    public void sent(long bytes) {
        sent.add(bytes);
    }

    /** Reports why the gateway itself answers, or breaks off; the last report counts. */
    public void failed(Outcome reason) {
        outcome = reason;
    }

    /** Reports whether the browser's handshake is accepted; the last report counts. */
    public void accepted(boolean isAccepted) {
        accepted = isAccepted;
        head(); // the session outlives the request
    }

    /**
     * Creates the observer of the session that this handshake opens.
     *
     * @param name name of the session in the log
     * @param claimedId id of the session that the browser asks to resume, or {@code null}
     */
    public SessionObserver session(String name, String claimedId) {
        SessionObserver opened = new SessionObserver(traffic, app, replica, name, claimedId, this);
        session = opened;
        return opened;
    }

    /** Reports the end of a dispatch, which ends the request unless it is continued asynchronously. */
    public void dispatched(HttpServletRequest dispatched) {
        if (!dispatched.isAsyncStarted()) {
            end();
        }
    }

    /** Reports the end of the request. Only the first call has an effect. */
    public void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        endedNanos = System.nanoTime();
        Outcome reason = outcome;
        boolean committed = response.isCommitted();
        int answered = response.getStatus();
        status = accepted ? 101 : reason == null || committed || answered >= 400 ? answered : reason.status();
        if (sent.sum() == 0 && mayHaveBody()) {
            sent.add(contentLength());
        }
        app(Traffic.NO_APP, ""); // unless a route was found
        report(app, reason);
        if (cache != CacheResult.NONE) {
            traffic.metrics().assetRequest(cache);
        }
        traffic.requestEnded(this);
    }

    private void report(AppTraffic target, Outcome reason) {
        long nanos = endedNanos - startedNanos;
        if (upgrade) {
            target.metrics.handshakeEnded(accepted, nanos, reason);
        } else {
            target.metrics.requestEnded(kind, request.getMethod(), status, nanos, received.sum(), sent.sum(), reason);
        }
        target.lastHour.count(LastHour.Event.REQUEST);
        if (status >= 500) {
            target.lastHour.count(LastHour.Event.FAILURE);
        }
    }

    private boolean mayHaveBody() {
        return !accepted && status != 304 && !request.getMethod().equals("HEAD");
    }

    private long contentLength() {
        String length = response.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    // --- facts, after the end

    /** Returns a copy of the request's head. The first call must be made before the container recycles the request. */
    public RequestHead head() {
        RequestHead copy = head;
        if (copy == null) {
            copy = RequestHead.of(request);
            head = copy;
        }
        return copy;
    }

    /** Returns the request's place in a trace. */
    public TraceContext trace() {
        return trace;
    }

    /** Returns the authenticated user, or {@code null}. */
    public String user() {
        return user;
    }

    /** Returns the session that the handshake asks for; {@code null} for any other request. */
    public SessionObserver session() {
        return session;
    }

    /** Whether the browser's handshake was accepted. */
    public boolean isAccepted() {
        return accepted;
    }

    public boolean isUpgrade() {
        return upgrade;
    }

    public Instant started() {
        return started;
    }

    public long durationNanos() {
        return endedNanos - startedNanos;
    }

    /** Returns the path of the app, as configured; {@link Traffic#NO_APP} if none was found. */
    public String app() {
        AppTraffic found = app;
        return found == null ? Traffic.NO_APP : found.name;
    }

    /** Returns {@code null} if the request was not sent to one. */
    public String replica() {
        return replica;
    }

    /** Returns the address that trusted proxies report, otherwise the peer's; {@code null} if the request was not valid. */
    public String clientAddress() {
        return clientAddress;
    }

    /** Returns the public host; {@code null} if the request was not valid. */
    public String host() {
        return host;
    }

    public RequestKind kind() {
        return kind;
    }

    public CacheResult cacheResult() {
        return cache;
    }

    /** Returns why the gateway itself answered or broke off, or {@code null}. */
    public Outcome outcome() {
        return outcome;
    }

    public int status() {
        return status;
    }

    public long receivedBytes() {
        return received.sum();
    }

    public long sentBytes() {
        return sent.sum();
    }

    /** Returns the time from the start to the connection with the replica; negative if there was none. */
    public long connectNanos() {
        return connectNanos;
    }

    /** Returns the time from the start to the first byte of the replica's response; negative if there was none. */
    public long firstByteNanos() {
        return firstByteNanos;
    }
}
