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
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/**
 * One browser's WebSocket joined to one of Streamlit's.
 *
 * <p>Down, Streamlit to browser: see {@link DownstreamSender}. Up: parts are handed on as they come, within a {@link SendCredit}.
 * State is guarded by {@code this}; no call into a container or client is made while holding it. {@link #end} is the one
 * way to end it.
 */
final class MessageBridge implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(MessageBridge.class);

    /** How long a closed side may take to answer the close frame before its connection is cut. */
    private static final long CLOSE_GRACE_MILLIS = 5000;

    private final BridgeFactory kind;
    private final SessionRegistry relays;
    private final String name;
    private final DownstreamSender down;
    private final SendCredit credit = new SendCredit();

    private Session upstream;
    private jakarta.websocket.Session browser;
    private boolean ended;
    /** Ends the dialling; {@code null} when there is none. */
    private volatile Runnable dialling;

    private CloseStatus ending;
    private final PeerLiveness browserLife = new PeerLiveness(System.nanoTime());
    private final PeerLiveness upstreamLife = new PeerLiveness(System.nanoTime());
    /** Counted by one thread; read for the log when the session has ended. */
    private long messagesUp;

    /** Of the message that is coming; counted by the same thread. */
    private long messageBytesUp;

    MessageBridge(BridgeFactory kind, SessionRegistry relays, String name, String prefix) {
        this.kind = kind;
        this.relays = relays;
        this.name = name;
        this.down = new DownstreamSender(this, relays, prefix);
    }

    // --- opening

    @Override
    public void dial(Dial dial, Answer answer) {
        dialling = kind.dial(this, dial, answer);
    }

    @Override
    public void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        relays.opening(this);
        try {
            kind.accept(this, request, response, subprotocol);
        } catch (IOException lost) {
            relays.settled(this);
            throw lost;
        }
    }

    void upstreamOpened(Session session) {
        session.setIdleTimeout(Duration.ZERO); // the keep-alive finds dead peers
        upstreamLife.heard(System.nanoTime());
        dialling = null; // it knows the handshake
        synchronized (this) {
            upstream = session;
            if (!ended) {
                return;
            }
        }
        session.disconnect(); // the browser did not wait
    }

    void browserOpened(jakarta.websocket.Session session) {
        session.setMaxIdleTimeout(0); // the keep-alive finds dead peers
        session.getUserProperties()
                .put(
                        "org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT",
                        relays.timeouts().stall().toMillis());
        browserLife.heard(System.nanoTime());
        CloseStatus tooLate;
        down.open(session, tellsWhenDrained(upstream()));
        synchronized (this) {
            browser = session;
            tooLate = ended ? ending : null;
        }
        if (tooLate != null) {
            relays.tell(() -> close(session, tooLate));
            relays.settled(this);
            return;
        }
        LOG.debug("{} is open", name);
        relays.opened(this);
        demand();
    }

    /** Before anything is read. */
    private boolean tellsWhenDrained(Session streamlit) {
        return streamlit instanceof WebSocketSession made
                && made.getCoreSession() instanceof WebSocketCoreSession core
                && UpstreamClient.readDirectly(core.getConnection().getEndPoint(), down::drained);
    }

    @Override
    public void endUnlessOpen() {
        boolean open;
        synchronized (this) {
            open = browser != null;
        }
        if (!open) {
            end(Outcome.CLIENT_GONE, null);
            relays.settled(this);
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

    void binaryDown(ByteBuffer payload, boolean last, Callback taken) {
        upstreamLife.heard(System.nanoTime());
        down.binary(payload, last, taken);
    }

    void textDown(String payload, boolean last) {
        upstreamLife.heard(System.nanoTime());
        down.text(payload, last);
    }

    /** Asks Streamlit's side for the next frame. Never throws: a container would tell the browser what it says. */
    void demand() {
        try {
            upstream().demand();
        } catch (RuntimeException lost) {
            upstreamFailed(lost);
        }
    }

    // --- browser to Streamlit

    void binaryUp(ByteBuffer part, boolean last) {
        int size = part.remaining();
        if (mayGoUp(size, last)) {
            ByteBuffer copy = ByteBuffer.allocate(size).put(part).flip(); // the container's buffer is lent
            upstream().sendPartialBinary(copy, last, Callback.from(() -> credit.give(size), this::upstreamFailed));
        }
    }

    void textUp(String part, boolean last) {
        int size = part.length();
        if (mayGoUp(size, last)) {
            upstream().sendPartialText(part, last, Callback.from(() -> credit.give(size), this::upstreamFailed));
        }
    }

    /** @param size in bytes, or of text in characters, which are no more */
    private boolean mayGoUp(int size, boolean last) {
        browserLife.heard(System.nanoTime());
        messageBytesUp += size;
        if (messageBytesUp > relays.maxMessageBytes()) {
            Outcome how = Outcome.MESSAGE_TOO_LARGE;
            end(how.name(), CloseStatus.of(how), CloseStatus.of(Outcome.CLIENT_GONE), null);
            return false;
        }
        if (last) {
            messagesUp++;
            messageBytesUp = 0;
        }
        try {
            return credit.take(size);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            end(Outcome.STOPPING, stopping);
            return false;
        }
    }

    // --- keep-alive: called by the timer, for one bridge at a time

    void browserPong(ByteBuffer payload) {
        browserLife.heard(System.nanoTime());
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        down.unacknowledged().pongReceived(bytes);
    }

    /** What came before it does not wait until Streamlit has taken the pong. */
    void answerPing(ByteBuffer payload) {
        upstreamLife.heard(System.nanoTime());
        down.drained();
        upstream().sendPong(payload, Callback.from(this::demand, this::upstreamFailed));
    }

    void upstreamPong() {
        upstreamLife.heard(System.nanoTime());
        demand(); // the pong has used up the demand that was out
    }

    @Override
    public void keepAlive(long now) {
        long stalled = Math.max(down.stalledNanos(now), credit.stalledNanos(now));
        if (stalled > 0) {
            if (stalled > relays.timeouts().stall().toNanos()) {
                end(Outcome.STALLED, null);
            }
            return; // a side is hardly read while the other is slow, so its silence says nothing
        }
        if (relays.isBrowserPingDue(this, browserLife, down.unacknowledged().bytes(), now)) {
            browserLife.pinged(now);
            relays.execute(this::pingBrowser);
        }
        if (relays.isStreamlitPingDue(this, upstreamLife, now)) {
            upstreamLife.pinged(now);
            upstream().sendPing(ByteBuffer.allocate(0), Callback.from(() -> {}, this::upstreamFailed));
        }
    }

    /** By the remote that sends whole messages: in Jetty the other one forgets at a ping that it is in between parts. */
    private void pingBrowser() {
        try {
            browser()
                    .getAsyncRemote()
                    .sendPing(ByteBuffer.wrap(down.unacknowledged().nextPingPayload()));
        } catch (IOException | RuntimeException lost) {
            browserFailed(lost);
        }
    }

    // --- ending

    void upstreamClosed(int code, String reason) {
        end("Streamlit closed with " + code, CloseStatus.fromUpstream(code, reason), null, null);
    }

    void browserClosed(int code, String reason) {
        end("the browser closed with " + code, null, CloseStatus.fromBrowser(code, reason), null);
    }

    void upstreamFailed(Throwable cause) {
        end("the connection to Streamlit was lost", CloseStatus.of(Outcome.LOST), null, cause);
    }

    void browserFailed(Throwable cause) {
        end("the browser was lost", CloseStatus.of(Outcome.CLIENT_GONE), CloseStatus.of(Outcome.CLIENT_GONE), cause);
    }

    @Override
    public void end(Outcome outcome, Throwable cause) {
        end(outcome.name(), CloseStatus.of(outcome), CloseStatus.of(outcome), cause);
    }

    /** Closes both sides, once; {@code null} for a side that has closed by itself. */
    private void end(String why, CloseStatus forBrowser, CloseStatus forUpstream, Throwable cause) {
        Session streamlit;
        jakarta.websocket.Session client;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            ending = forBrowser == null ? CloseStatus.of(Outcome.CLIENT_GONE) : forBrowser;
            streamlit = upstream;
            client = browser;
        }
        LOG.debug(
                "{} ended: {}; {} messages up, {} down{}",
                name,
                new Printable(why),
                messagesUp,
                down.messages(),
                cause == null ? "" : "; " + FailureText.of(cause));
        Runnable abort = dialling;
        if (abort != null) {
            abort.run();
        }
        credit.close();
        if (streamlit != null) {
            closeUpstream(streamlit, forUpstream);
        }
        if (client != null && forBrowser != null) {
            relays.tell(() -> close(client, forBrowser));
        }
        relays.ended(this); // not before the browser's close is on its way, for who stops waits for both
    }

    private void closeUpstream(Session up, CloseStatus how) {
        if (how == null) {
            up.disconnect();
            return;
        }
        up.close(
                how.code(),
                how.code() == CloseStatus.NO_CODE ? null : how.reason(),
                Callback.from(() -> {}, x -> up.disconnect()));
        relays.later(up, Session::disconnect, CLOSE_GRACE_MILLIS);
    }

    private static void close(jakarta.websocket.Session down, CloseStatus how) {
        try {
            down.close(
                    how.code() == CloseStatus.NO_CODE
                            ? new CloseReason(CloseCodes.NO_STATUS_CODE, null)
                            : new CloseReason(CloseCodes.getCloseCode(how.code()), how.reason()));
            // cuts a browser that does not answer; not before, for it may have been silent for longer already
            if (down.isOpen()) {
                down.setMaxIdleTimeout(CLOSE_GRACE_MILLIS);
            }
        } catch (IOException | RuntimeException gone) {
            LOG.debug("closing the browser's side", gone);
        }
    }

    private synchronized Session upstream() {
        return upstream;
    }

    synchronized jakarta.websocket.Session browser() {
        return browser;
    }
}
