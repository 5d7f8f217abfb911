package org.streamlitgateway.websocket.splice;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.observe.MessageObserver;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.streamlit.ForwardMessages;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionEnd;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;

/**
 * Relay that forwards bytes between the browser's socket and Streamlit's. It opens, keeps alive and ends a session;
 * while the session is open, two independent {@link FramePipe}s forward its bytes.
 *
 * <pre>
 *   DIALLING --streamlitOpened--&gt; ACCEPTING --browserOpened--&gt; OPEN --end--&gt; ENDING --both peers closed--&gt; CLOSED
 *       |                             |                                                                   ^
 *       +----------- end -------------+-------------------- closeHalfOpen --------------------------------+
 *
 *   DIALLING   handshake != null
 *   ACCEPTING  streamlitSocket != null
 *   OPEN       up != null
 *   ENDING     end.get() != null: close frames are queued; a peer that does not answer in time is closed
 * </pre>
 *
 * <p>{@link #end} ends the session from every state. Fields of the first two states are guarded by {@code this}. Those
 * of the later ones are volatile; {@code up} is set last, and only while the session has not ended.
 */
final class Splice implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Splice.class);

    /** Limits log lines that clients can cause to one a minute for each kind. */
    private static final RateLimitedLog LOG_LIMIT = new RateLimitedLog();

    /** Time for a peer to answer the close frame, or to accept it, before its connection is aborted. */
    private static final long CLOSE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Period of the checks for peers whose grace period is over. */
    private static final long CHECK_MILLIS = 1000;

    /** Messages searched for the session id. Streamlit sends it in the first one, other servers never. */
    private static final int MAX_INSPECTED_MESSAGES = 64;

    /** Size of the largest message that is inspected: it must fit into a buffer. */
    private static final int MAX_INSPECTED_BYTES = FramePipe.BUFFER_BYTES - FrameHeader.MAX_BYTES;

    private final SpliceFactory factory;
    private final SessionRegistry sessions;
    private final String name;
    private final String prefix;
    private final SessionObserver observer;
    private final AtomicReference<SessionEnd> end = new AtomicReference<>();

    // until both sides are open
    private UpstreamHandshake handshake;
    private RawSocket streamlitSocket;
    private RawSocket browserSocket;

    // from then on
    private volatile Peer browser;
    private volatile Peer streamlit;
    private volatile FramePipe up;
    private volatile FramePipe down;
    private volatile Scheduler.Task overdueCheck;

    /** Used by the pipe from Streamlit only. */
    private int remainingInspections = MAX_INSPECTED_MESSAGES;

    Splice(SpliceFactory factory, SessionRegistry sessions, String name, String prefix, SessionObserver observer) {
        this.factory = factory;
        this.sessions = sessions;
        this.name = name;
        this.prefix = prefix;
        this.observer = observer;
    }

    @Override
    public String name() {
        return name;
    }

    // --- opening

    @Override
    public void dial(UpstreamRequest request, HandshakeListener listener) {
        UpstreamHandshake started = new UpstreamHandshake(factory, request, listener, this::streamlitOpened);
        synchronized (this) {
            handshake = started;
        }
        started.send();
    }

    @Override
    public void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        sessions.opening(this);
        try {
            factory.accept(request, response, subprotocol, this::browserOpened);
        } catch (IOException e) {
            sessions.settled(this);
            throw e;
        }
    }

    private void streamlitOpened(RawSocket socket) {
        synchronized (this) {
            streamlitSocket = socket;
            handshake = null;
        }
        if (isEnded()) {
            closeHalfOpen();
        }
    }

    /** Called after {@link #streamlitOpened}: a browser is accepted only after Streamlit has accepted. */
    private void browserOpened(RawSocket socket) {
        RawSocket upstream;
        synchronized (this) {
            browserSocket = socket;
            upstream = streamlitSocket;
        }
        if (upstream == null) { // closed meanwhile
            sessions.settled(this);
            closeHalfOpen();
            return;
        }
        Peer browserPeer = new Peer(socket, true);
        Peer streamlitPeer = new Peer(upstream, false);
        FramePipe upward =
                new FramePipe(this, browserPeer, streamlitPeer, factory.buffers(), socket.takeBufferedInput());
        FramePipe downward =
                new FramePipe(this, streamlitPeer, browserPeer, factory.buffers(), upstream.takeBufferedInput());
        browserPeer.connect(upward, downward);
        streamlitPeer.connect(downward, upward);
        synchronized (this) {
            if (!isEnded()) {
                browser = browserPeer;
                streamlit = streamlitPeer;
                down = downward;
                up = upward;
            }
        }
        if (up == null) {
            sessions.settled(this);
            closeHalfOpen();
            return;
        }
        LogContext.with(observer, () -> LOG.debug("{} is open", name));
        observer.opened(browserPeer::unacknowledgedBytes, outcome -> end(outcome, null));
        sessions.opened(this);
        upward.wakeUp();
        downward.wakeUp();
    }

    @Override
    public void endUnlessOpen() {
        if (up == null) {
            end(Outcome.CLIENT_GONE, null);
            sessions.settled(this);
        }
    }

    // --- events of the pipes

    /** Returns the observer of the messages that this peer sends. */
    MessageObserver messages(Peer source) {
        return source.isBrowser ? observer.up() : observer.down();
    }

    /** Returns the size limit of one message from the browser. */
    long maxMessageBytes() {
        return sessions.maxMessageBytes();
    }

    /** Whether the message must be held until it is complete and then passed to {@link #inspect}. */
    boolean mustInspect(Peer source, FrameHeader header) {
        return !source.isBrowser
                && (remainingInspections > 0 || !prefix.isEmpty())
                && header.isUnfragmentedBinary()
                && header.length() <= MAX_INSPECTED_BYTES;
    }

    /**
     * Finds the session id in the first messages; returns the changed message, or {@code null} to forward it as it is.
     */
    ByteBuffer inspect(ByteBuffer message) {
        if (remainingInspections > 0) {
            remainingInspections--;
            String id = ForwardMessages.sessionId(message);
            if (id != null) {
                remainingInspections = 0;
                sessions.identified(this, id);
            }
        }
        return prefix.isEmpty() ? null : ForwardMessages.withPrefix(message, prefix);
    }

    void pingReceived(Peer peer, byte[] payload) {
        (peer.isBrowser ? down : up).queuePong(FrameWriter.pong(payload, !peer.isBrowser));
    }

    void failed(Throwable cause) {
        LogContext.with(observer, () -> LOG.error("{} failed", name, cause));
        end(Outcome.INTERNAL, cause);
        browser.close();
        streamlit.close();
    }

    void connectionLost(Peer peer) {
        peer.close();
        end(peer.isBrowser ? SessionEnd.browserLost(null, null) : SessionEnd.streamlitLost(null));
    }

    void violated(Peer peer, Outcome violation) {
        if (!isEnded()) {
            String sender = peer.isBrowser ? "the browser" : "Streamlit";
            LogContext.with(observer, () -> LOG.atLevel(LOG_LIMIT.level(Level.INFO, sender + violation))
                    .log(
                            "{}: invalid frame from {}: {} (logged at most once a minute)",
                            name,
                            sender,
                            violation.text()));
        }
        end(SessionEnd.violation(violation, peer.isBrowser));
    }

    /** Answers a close frame with its code (RFC 6455 section 5.5.1), and closes the other side with code and reason. */
    void closeReceived(Peer peer, byte[] payload) {
        peer.closeReceived();
        int code = CloseStatus.code(payload);
        String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        end(
                peer.isBrowser
                        ? SessionEnd.browserClosed(code, reason, false)
                        : SessionEnd.streamlitClosed(code, reason, false));
    }

    // --- keep-alive

    @Override
    public void keepAlive(long now) {
        if (isEnded()) {
            return;
        }
        Peer browserPeer = browser;
        Peer streamlitPeer = streamlit;
        long stall = sessions.timeouts().stall().toNanos();
        if (browserPeer.stalledNanos(now) > stall || streamlitPeer.stalledNanos(now) > stall) {
            end(Outcome.STALLED, null);
            return;
        }
        if (browserPeer.stalledNanos(now) > 0 || streamlitPeer.stalledNanos(now) > 0) {
            return; // a pong would come after the pending bytes, and the other peer is not read meanwhile
        }
        boolean pingBrowser =
                sessions.checkBrowser(this, browserPeer.liveness(), browserPeer.unacknowledgedBytes(), now);
        boolean pingStreamlit = sessions.checkStreamlit(this, streamlitPeer.liveness(), now);
        if (pingBrowser) {
            down.requestPing();
        }
        if (pingStreamlit) {
            up.requestPing();
        }
    }

    // --- ending

    @Override
    public boolean isEnded() {
        return end.get() != null;
    }

    @Override
    public void end(Outcome outcome, Throwable cause) {
        end(SessionEnd.of(outcome, cause));
    }

    private void end(SessionEnd requested) {
        synchronized (this) {
            if (!end.compareAndSet(null, requested)) {
                return;
            }
        }
        sessions.ended(this);
        observer.ended(requested.observed());
        FramePipe upward = up;
        if (upward == null) {
            LOG.debug("{} ended before it was open: {}", name, new Printable(requested.reason()));
            closeHalfOpen();
            return;
        }
        FramePipe downward = down;
        requested.log(observer);
        if (requested.forBrowser() != null) {
            downward.queueClose(FrameWriter.close(requested.forBrowser(), false));
        }
        if (requested.forStreamlit() != null) {
            upward.queueClose(FrameWriter.close(requested.forStreamlit(), true));
        }
        scheduleOverdueCheck();
    }

    private void closeOverduePeers() {
        long limit = System.nanoTime() - CLOSE_GRACE_NANOS;
        for (Peer peer : List.of(browser, streamlit)) {
            if (peer.waitingSinceNanos() - limit < 0) {
                peer.close();
            }
        }
        scheduleOverdueCheck();
    }

    private void scheduleOverdueCheck() {
        if (!isClosed()) {
            overdueCheck = sessions.schedule(this::closeOverduePeers, CHECK_MILLIS, TimeUnit.MILLISECONDS);
            peerClosed(); // the last peer may have closed meanwhile
        }
    }

    private boolean isClosed() {
        return browser.isClosed() && streamlit.isClosed();
    }

    /** Releases the timer's reference to this session if both peers are closed. */
    void peerClosed() {
        Scheduler.Task check = overdueCheck;
        if (check != null && isClosed()) {
            check.cancel();
        }
    }

    /** Closes the side that is open. Called again for a side that opens later. */
    private void closeHalfOpen() {
        SessionEnd requested = end.get();
        UpstreamHandshake pending;
        RawSocket upstream;
        RawSocket downstream;
        synchronized (this) {
            pending = handshake;
            upstream = streamlitSocket;
            downstream = browserSocket;
            streamlitSocket = null;
            browserSocket = null;
        }
        if (pending != null) {
            pending.abort(requested.reason());
        }
        close(upstream, requested.forStreamlit(), true);
        close(downstream, requested.forBrowser(), false);
    }

    private void close(RawSocket socket, CloseStatus status, boolean masked) {
        if (socket == null || !socket.isOpen()) {
            return;
        }
        try {
            if (status != null) {
                ByteBuffer frame = FrameWriter.close(status, masked);
                if (!socket.flush(frame)) { // as over HTTP/2
                    socket.write(frame, Callback.from(InvocationType.NON_BLOCKING, socket::close));
                    sessions.schedule(socket::close, CLOSE_GRACE_NANOS, TimeUnit.NANOSECONDS);
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("{}: cannot send a close frame: {}", name, FailureText.of(e));
        }
        socket.close();
    }
}
