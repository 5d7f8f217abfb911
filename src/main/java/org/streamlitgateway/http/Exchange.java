package org.streamlitgateway.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.streamlitgateway.cache.InFlightRequest;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.http.body.BodyRateLimit;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.client.RawRequest;

/**
 * One HTTP exchange on its way: what is asked, of whom, and since when Streamlit has been silent. Fields that change
 * are volatile; each is written by one party only.
 */
final class Exchange {
    /** Request attribute that holds the exchange. */
    static final String ATTRIBUTE = Exchange.class.getName();

    private static final int MAX_BOARDINGS = 2;

    private static final long NOT_WAITING = Long.MAX_VALUE;

    /** Silence after which a connection that was used before may be a dead one. */
    private static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final Set<String> READY_PATHS = Set.of("/", "/_stcore/health", "/_stcore/host-config");
    private static final Set<String> READY_FOLDERS =
            Set.of("/static/", "/media/", "/component/", "/_stcore/bidi-components/");

    final HttpServletRequest request;
    final HttpServletResponse response;
    final Route route;
    final ClientInfo client;
    final String target;
    final boolean hasBody;

    /** Under which the cache may keep the answer, or {@code null}. */
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
    private volatile boolean doubted;
    private boolean givenUp; // guarded by this
    private volatile boolean recorded;
    private volatile boolean whole;
    private int boardings; // the next only when the one before has come to its end
    private InFlightRequest flight; // set before it is sent
    private volatile boolean passing;
    private int attempts; // sent again only after the first try has ended

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
        this.requestRead = !hasBody;
        this.key = key;
    }

    /** Whether it may wait for others: twice, in case the first of them came to nothing. */
    boolean mayBoard() {
        return key != null && boardings++ < MAX_BOARDINGS;
    }

    /** What comes is kept for others too, so it is read to its end whoever leaves. */
    void recorded() {
        recorded = true;
    }

    /** All of what is kept for others has come. */
    void whole() {
        whole = true;
    }

    boolean isWhole() {
        return whole;
    }

    boolean isEnded() {
        return ended.get();
    }

    /** Others wait for what comes of this exchange. */
    void leads(InFlightRequest flight) {
        this.flight = flight;
    }

    boolean isLeading() {
        return flight != null;
    }

    /** Those who wait need wait no longer. */
    void land() {
        if (flight != null) {
            flight.complete();
        }
    }

    void sent(RawRequest upstream) {
        synchronized (this) {
            givenUp = false;
        }
        this.upstream = upstream;
        attempts++;
        awaitUpstream();
    }

    int attempts() {
        return attempts;
    }

    /** How fast the body comes, if there is one. */
    BodyRateLimit bodyRate() {
        return bodyRate;
    }

    /** Held until the body has come. */
    void uploads(Quota.Share share) {
        upload = share;
    }

    private void uploaded() {
        Quota.Share share = upload;
        if (share != null) {
            share.release();
        }
    }

    /** Ends the exchange when its body comes more slowly than this. */
    void expireBody(long nowNanos, long bytesPerSecond) {
        RawRequest request = upstream;
        if (hasBody && !requestRead && request != null && bodyRate.isBelow(bytesPerSecond, nowNanos)) {
            clientSlow = true;
            request.abort(new TimeoutException("the body came at less than " + bytesPerSecond + " bytes per second"));
        }
    }

    /** From now on it is Streamlit's turn. */
    void awaitUpstream() {
        waitingSinceNanos = System.nanoTime();
    }

    /** From now on it is the client's turn, or nobody's. */
    void awaitClient() {
        waitingSinceNanos = NOT_WAITING;
    }

    /** Whether it is for what Streamlit names by its content, so that every replica that has it has the same. */
    boolean isAsset() {
        String path = request.getRequestURI();
        return path.startsWith(route.prefix() + "/static/") && !path.endsWith(".html") && !path.endsWith("/");
    }

    /** Whether another replica may be asked instead. */
    boolean mayMove() {
        return route.movable() && !hasBody && !response.isCommitted();
    }

    /**
     * Streamlit's status line has come.
     *
     * @return false when this answer is no longer waited for
     */
    synchronized boolean answered() {
        answered |= !givenUp;
        return answered;
    }

    /**
     * Whether it is time to find out if the connection still leads to Streamlit, which a firewall may have forgotten
     * since it was last used. True once, and only for what Streamlit has ready and may be asked for twice: any other
     * answer may take long to make.
     */
    boolean isDoubtful(long nowNanos) {
        long since = waitingSinceNanos;
        RawRequest sent = upstream;
        if (since == NOT_WAITING
                || nowNanos - since < DOUBT_NANOS
                || doubted
                || answered
                || hasBody
                || sent == null
                || !sent.isOnUsedConnection()
                || !isReady()) {
            return false;
        }
        doubted = true;
        return true;
    }

    private boolean isReady() {
        String path = request.getRequestURI().substring(route.prefix().length());
        return READY_PATHS.contains(path) || READY_FOLDERS.stream().anyMatch(path::startsWith);
    }

    /** Gives the connection up, unless it has answered meanwhile or has been given up already. */
    void giveUpConnection() {
        RawRequest sent = upstream;
        synchronized (this) {
            if (answered || givenUp || !sent.isOnUsedConnection()) {
                return;
            }
            givenUp = true;
        }
        sent.abort(new IOException("no answer on this connection, while Streamlit answers on another"));
    }

    /** From now on the container writes to the client, so that no other answer can be given. */
    void passing() {
        passing = true;
    }

    boolean isPassing() {
        return passing;
    }

    boolean isAnswered() {
        return answered;
    }

    /** Ends the exchange when Streamlit has been silent for longer than this. */
    void expire(long nowNanos, long timeoutNanos) {
        long since = waitingSinceNanos;
        if (since != NOT_WAITING && nowNanos - since > timeoutNanos) {
            timedOut = true;
            awaitClient();
            upstream.abort(new TimeoutException("silent for " + timeoutNanos / 1_000_000 + " ms"));
        }
    }

    /** The client's request is here whole; whether it still listens can be asked. */
    void requestRead() {
        requestRead = true;
        uploaded();
        awaitUpstream();
    }

    boolean isRequestRead() {
        return requestRead;
    }

    /** The body stopped coming. */
    void requestFailed(Throwable cause) {
        if (cause instanceof TimeoutException) {
            clientSlow = true;
        } else {
            clientGone = true;
        }
    }

    /** The client's connection is gone; Streamlit need not work on. */
    void clientGone(Throwable cause) {
        clientGone = true;
        RawRequest request = upstream;
        if (request != null && !recorded) {
            request.abort(cause);
        }
    }

    boolean isClientSlow() {
        return clientSlow;
    }

    boolean isTimedOut() {
        return timedOut;
    }

    boolean isClientGone() {
        return clientGone;
    }

    /** True for the one caller who may end it. */
    boolean end() {
        awaitClient();
        uploaded();
        return ended.compareAndSet(false, true);
    }
}
