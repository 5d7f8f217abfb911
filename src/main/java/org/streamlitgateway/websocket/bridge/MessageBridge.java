package org.streamlitgateway.websocket.bridge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.common.WebSocketSession;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionEnd;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/**
 * Relay that forwards messages. {@link DownstreamSender} sends Streamlit's messages to the browser; parts of the
 * browser's messages go to Streamlit as they arrive, within a {@link SendCredit}.
 *
 * <pre>
 *   state      upstream  browser  ended    next
 *   DIALLING   null      null     false    upstreamOpened: ACCEPTING
 *   ACCEPTING  set       null     false    browserOpened: OPEN; endUnlessOpen: ENDED
 *   OPEN       set       set      false    a close, a failure, silence or a stall of either side: ENDED
 *   ENDED      any       any      true     closes a side that opens later
 * </pre>
 *
 * <p>{@link #end} ends the session from every state. State is guarded by {@code this}; no call into a container or
 * client is made while holding it.
 */
final class MessageBridge implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(MessageBridge.class);

    /** Time for a peer to answer the close frame before its connection is aborted. */
    private static final long CLOSE_GRACE_MILLIS = 5000;

    private final BridgeFactory factory;
    private final SessionRegistry sessions;
    private final String name;
    private final SessionObserver observer;
    private final MessageParts fromBrowser;
    private final MessageParts fromStreamlit;
    private final DownstreamSender downstream;
    private final SendCredit credit = new SendCredit();

    private Session upstream;
    private jakarta.websocket.Session browser;
    private boolean ended;

    /** Aborts the handshake with Streamlit; {@code null} unless it is under way. */
    private Runnable abortDial;

    /** Status for a browser that connects after the end. */
    private CloseStatus lateBrowserStatus;

    private final PeerLiveness browserLiveness = new PeerLiveness(System.nanoTime());
    private final PeerLiveness upstreamLiveness = new PeerLiveness(System.nanoTime());

    /** Bytes of the browser's current message. */
    private long messageBytesUp;

    MessageBridge(
            BridgeFactory factory, SessionRegistry sessions, String name, String prefix, SessionObserver observer) {
        this.factory = factory;
        this.sessions = sessions;
        this.name = name;
        this.observer = observer;
        this.fromBrowser = new MessageParts(observer.up());
        this.fromStreamlit = new MessageParts(observer.down());
        this.downstream = new DownstreamSender(this, sessions, prefix);
    }

    // --- opening

    @Override
    public void dial(UpstreamRequest request, HandshakeListener listener) {
        Runnable abort = factory.dial(this, request, listener);
        synchronized (this) {
            if (!ended) {
                abortDial = upstream == null ? abort : null; // Streamlit may have answered already
                return;
            }
        }
        abort.run(); // the session ended meanwhile
    }

    @Override
    public void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        sessions.opening(this);
        try {
            factory.accept(this, request, response, subprotocol);
        } catch (IOException e) {
            sessions.settled(this);
            throw e;
        }
    }

    void upstreamOpened(Session session) {
        session.setIdleTimeout(Duration.ZERO); // the keep-alive finds dead peers
        upstreamLiveness.heard(System.nanoTime());
        synchronized (this) {
            abortDial = null; // it references the handshake
            upstream = session;
            if (!ended) {
                return;
            }
        }
        session.disconnect(); // the session ended meanwhile
    }

    void browserOpened(jakarta.websocket.Session session) {
        session.setMaxIdleTimeout(0); // the keep-alive finds dead peers
        session.getUserProperties()
                .put(
                        "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT",
                        sessions.timeouts().stall().toMillis());
        browserLiveness.heard(System.nanoTime());
        CloseStatus lateStatus;
        downstream.open(session, notifyWhenDrained(upstream()));
        synchronized (this) {
            browser = session;
            lateStatus = ended ? lateBrowserStatus : null;
        }
        if (lateStatus != null) {
            sessions.submitClose(() -> close(session, lateStatus));
            sessions.settled(this);
            return;
        }
        LogContext.with(observer, () -> LOG.debug("{} is open", name));
        observer.opened(() -> downstream.unacknowledged().bytes(), outcome -> end(outcome, null));
        sessions.opened(this);
        demand();
    }

    /** Requests notification when no more data from Streamlit is available. Called before the first read. */
    private boolean notifyWhenDrained(Session streamlit) {
        return streamlit instanceof WebSocketSession jettySession
                && jettySession.getCoreSession() instanceof WebSocketCoreSession core
                && UpstreamClient.readDirectly(core.getConnection().getEndPoint(), downstream::upstreamDrained);
    }

    @Override
    public void endUnlessOpen() {
        boolean open;
        synchronized (this) {
            open = browser != null;
        }
        if (!open) {
            end(Outcome.CLIENT_GONE, null);
            sessions.settled(this);
        }
    }

    @Override
    public synchronized boolean isEnded() {
        return ended;
    }

    @Override
    public String name() {
        return name;
    }

    // --- Streamlit to browser

    void upstreamBinary(ByteBuffer payload, boolean last, Callback accepted) {
        upstreamLiveness.heard(System.nanoTime());
        fromStreamlit.binary(payload, last);
        downstream.binary(payload, last, accepted);
    }

    void upstreamText(String payload, boolean last) {
        upstreamLiveness.heard(System.nanoTime());
        fromStreamlit.text(payload.length(), last);
        downstream.text(payload, last);
    }

    /**
     * Demands the next frame from Streamlit. Never throws: a container would send the exception message to the browser
     * as close reason.
     */
    void demand() {
        try {
            upstream().demand();
        } catch (RuntimeException e) {
            upstreamFailed(e);
        }
    }

    // --- browser to Streamlit

    void browserBinary(ByteBuffer part, boolean last) {
        int size = part.remaining();
        fromBrowser.binary(part, last);
        if (acquireCredit(size, last)) {
            ByteBuffer copy = ByteBuffer.allocate(size).put(part).flip(); // the container reuses its buffer
            upstream().sendPartialBinary(copy, last, Callback.from(() -> credit.release(size), this::upstreamFailed));
        }
    }

    void browserText(String part, boolean last) {
        int size = part.length();
        fromBrowser.text(size, last);
        if (acquireCredit(size, last)) {
            upstream().sendPartialText(part, last, Callback.from(() -> credit.release(size), this::upstreamFailed));
        }
    }

    /**
     * Waits for credit to forward a part; returns false if the session has ended.
     *
     * @param size bytes, or for text characters, of which there are no more than bytes
     */
    private boolean acquireCredit(int size, boolean last) {
        browserLiveness.heard(System.nanoTime());
        messageBytesUp += size;
        if (messageBytesUp > sessions.maxMessageBytes()) {
            end(SessionEnd.violation(Outcome.MESSAGE_TOO_LARGE, true));
            return false;
        }
        if (last) {
            messageBytesUp = 0;
        }
        try {
            return credit.acquire(size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(Outcome.STOPPING, e);
            return false;
        }
    }

    // --- keep-alive

    void browserPong(ByteBuffer payload) {
        browserLiveness.heard(System.nanoTime());
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        downstream.unacknowledged().pongReceived(bytes);
    }

    /** Answers a ping of Streamlit's. Flushes batched messages first, so that they do not wait behind the pong. */
    void upstreamPing(ByteBuffer payload) {
        upstreamLiveness.heard(System.nanoTime());
        downstream.upstreamDrained();
        upstream().sendPong(payload, Callback.from(this::demand, this::upstreamFailed));
    }

    void upstreamPong() {
        upstreamLiveness.heard(System.nanoTime());
        demand(); // the pong consumed the outstanding demand
    }

    @Override
    public void keepAlive(long now) {
        long stalled = Math.max(downstream.stalledNanos(now), credit.stalledNanos(now));
        if (stalled > 0) {
            if (stalled > sessions.timeouts().stall().toNanos()) {
                end(Outcome.STALLED, null);
            }
            return; // a peer is hardly read while the other is slow, so it may only seem silent
        }
        if (sessions.checkBrowser(
                this, browserLiveness, downstream.unacknowledged().bytes(), now)) {
            browserLiveness.pinged(now);
            sessions.execute(this::pingBrowser);
        }
        if (sessions.checkStreamlit(this, upstreamLiveness, now)) {
            upstreamLiveness.pinged(now);
            upstream().sendPing(ByteBuffer.allocate(0), Callback.from(() -> {}, this::upstreamFailed));
        }
    }

    /** Sends a ping by the async remote: in Jetty, a ping by the basic remote loses its partial-message state. */
    private void pingBrowser() {
        try {
            browser()
                    .getAsyncRemote()
                    .sendPing(ByteBuffer.wrap(downstream.unacknowledged().nextPingPayload()));
        } catch (IOException | RuntimeException e) {
            browserFailed(e);
        }
    }

    // --- ending

    void upstreamClosed(int code, String reason) {
        end(SessionEnd.streamlitClosed(code, reason, true));
    }

    void browserClosed(int code, String reason) {
        end(SessionEnd.browserClosed(code, reason, true));
    }

    void upstreamFailed(Throwable cause) {
        end(SessionEnd.streamlitLost(cause));
    }

    void browserFailed(Throwable cause) {
        end(SessionEnd.browserLost(CloseStatus.of(Outcome.CLIENT_GONE), cause));
    }

    @Override
    public void end(Outcome outcome, Throwable cause) {
        end(SessionEnd.of(outcome, cause));
    }

    /** Closes both sides, once. */
    private void end(SessionEnd requested) {
        CloseStatus forBrowser = requested.forBrowser();
        Session streamlit;
        jakarta.websocket.Session client;
        Runnable abort;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            lateBrowserStatus = forBrowser == null ? CloseStatus.of(Outcome.CLIENT_GONE) : forBrowser;
            streamlit = upstream;
            client = browser;
            abort = abortDial;
        }
        requested.log(observer);
        if (abort != null) {
            abort.run();
        }
        credit.close();
        if (streamlit != null) {
            closeUpstream(streamlit, requested.forStreamlit());
        }
        if (client != null && forBrowser != null) {
            sessions.submitClose(() -> close(client, forBrowser));
        }
        observer.ended(requested.observed());
        sessions.ended(this); // last: a stop waits until no session is left, and then for the submitted closes
    }

    private void closeUpstream(Session session, CloseStatus status) {
        if (status == null) {
            session.disconnect();
            return;
        }
        session.close(
                status.code(),
                status.code() == CloseStatus.NO_CODE ? null : status.reason(),
                Callback.from(() -> {}, x -> session.disconnect()));
        sessions.schedule(session, Session::disconnect, CLOSE_GRACE_MILLIS);
    }

    private static void close(jakarta.websocket.Session session, CloseStatus status) {
        try {
            session.close(
                    status.code() == CloseStatus.NO_CODE
                            ? new CloseReason(CloseCodes.NO_STATUS_CODE, null)
                            : new CloseReason(CloseCodes.getCloseCode(status.code()), status.reason()));
            // aborts a browser that does not answer; set last, because it may have been idle for longer already
            if (session.isOpen()) {
                session.setMaxIdleTimeout(CLOSE_GRACE_MILLIS);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot close the browser's WebSocket", e);
        }
    }

    private synchronized Session upstream() {
        return upstream;
    }

    synchronized jakarta.websocket.Session browser() {
        return browser;
    }
}
