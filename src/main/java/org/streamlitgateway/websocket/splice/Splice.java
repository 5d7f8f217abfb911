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
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.streamlit.ForwardMessages;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;

/**
 * One browser's socket spliced to one of Streamlit's: its beginning, its keep-alive and its end. While it is open, the
 * two {@link FramePipe}s work each for itself. {@link #end} is the one way to end it.
 *
 * <p>Until both sides are open, state is guarded by {@code this}.
 */
final class Splice implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Splice.class);

    /** What clients can cause at will is said once a minute for each kind. */
    private static final RateLimitedLog RARE = new RateLimitedLog();

    /** How long a closed side may take to answer the close frame before its connection is cut. */
    private static final long CLOSE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long CHECK_MILLIS = 1000;

    /** Streamlit names the session in its first message; of another server not all messages are to be looked at. */
    private static final int MAX_LOOKS = 64;

    /** A message that is looked at has to fit into a buffer. */
    private static final int MAX_LOOK_BYTES = FramePipe.BUFFER_BYTES - FrameHeader.MAX_BYTES;

    /** {@code null} for a side that is beyond being told. */
    private record End(String why, CloseStatus forBrowser, CloseStatus forStreamlit, Throwable cause) {}

    private final SpliceFactory kind;
    private final SessionRegistry relays;
    private final String name;
    private final String prefix;
    private final AtomicReference<End> end = new AtomicReference<>();

    // until both sides are open
    private UpstreamHandshake dialling;
    private RawSocket streamlitWire;
    private RawSocket browserWire;

    // from then on
    private volatile Peer browser;
    private volatile Peer streamlit;
    private volatile FramePipe up;
    private volatile FramePipe down;
    private volatile Scheduler.Task nextCut;

    /** Touched only by the direction from Streamlit. */
    private int looks = MAX_LOOKS;

    Splice(SpliceFactory kind, SessionRegistry relays, String name, String prefix) {
        this.kind = kind;
        this.relays = relays;
        this.name = name;
        this.prefix = prefix;
    }

    @Override
    public String name() {
        return name;
    }

    // --- opening

    @Override
    public void dial(Dial dial, Answer answer) {
        UpstreamHandshake upgrade = new UpstreamHandshake(kind, dial, answer, this::streamlitOpened);
        synchronized (this) {
            dialling = upgrade;
        }
        upgrade.send();
    }

    @Override
    public void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        relays.opening(this);
        try {
            kind.accept(request, response, subprotocol, this::browserOpened);
        } catch (IOException lost) {
            relays.settled(this);
            throw lost;
        }
    }

    private void streamlitOpened(RawSocket wire) {
        synchronized (this) {
            streamlitWire = wire;
            dialling = null;
        }
        if (isEnded()) {
            closeHalfOpen();
        }
    }

    /** The second to come: a browser is accepted only after Streamlit has accepted. */
    private void browserOpened(RawSocket wire) {
        RawSocket source;
        synchronized (this) {
            browserWire = wire;
            source = streamlitWire;
        }
        if (source == null) { // it has been closed
            relays.settled(this);
            closeHalfOpen();
            return;
        }
        Peer to = new Peer(wire, true);
        Peer from = new Peer(source, false);
        FramePipe upward = new FramePipe(this, to, from, kind.buffers(), wire.takeEarly());
        FramePipe downward = new FramePipe(this, from, to, kind.buffers(), source.takeEarly());
        to.join(upward, downward);
        from.join(downward, upward);
        synchronized (this) {
            if (!isEnded()) {
                browser = to;
                streamlit = from;
                down = downward;
                up = upward;
            }
        }
        if (up == null) {
            relays.settled(this);
            closeHalfOpen();
            return;
        }
        LOG.debug("{} is open", name);
        relays.opened(this);
        upward.drain();
        downward.drain();
    }

    @Override
    public void endUnlessOpen() {
        if (up == null) {
            end(Outcome.CLIENT_GONE, null);
            relays.settled(this);
        }
    }

    // --- what the directions find

    /** The most that one message of the browser's may have. */
    long maxMessageBytes() {
        return relays.maxMessageBytes();
    }

    /** Whether the message has to be held until it is whole and then shown to {@link #look}. */
    boolean wants(Peer from, FrameHeader header) {
        return !from.isBrowser
                && (looks > 0 || !prefix.isEmpty())
                && header.isUnfragmentedBinary()
                && header.length() <= MAX_LOOK_BYTES;
    }

    /** Learns the session's id from its first messages; returns the message as it must go on, if it must change. */
    ByteBuffer look(ByteBuffer message) {
        if (looks > 0) {
            looks--;
            String id = ForwardMessages.sessionId(message);
            if (id != null) {
                looks = 0;
                relays.learned(id, this);
            }
        }
        return prefix.isEmpty() ? null : ForwardMessages.withPrefix(message, prefix);
    }

    void pingReceived(Peer side, byte[] payload) {
        (side.isBrowser ? down : up).pong(FrameWriter.pong(payload, !side.isBrowser));
    }

    void failed(Throwable bug) {
        LOG.error("{} failed", name, bug);
        end(Outcome.INTERNAL, bug);
        browser.close();
        streamlit.close();
    }

    /** The connection is gone. */
    void lost(Peer side) {
        side.close();
        if (side.isBrowser) {
            end(new End("the browser was lost", null, CloseStatus.of(Outcome.CLIENT_GONE), null));
        } else {
            end(new End("the connection to Streamlit was lost", CloseStatus.of(Outcome.LOST), null, null));
        }
    }

    void violated(Peer side, Outcome how) {
        CloseStatus told = CloseStatus.of(how);
        if (!isEnded()) {
            String who = side.isBrowser ? "the browser" : "Streamlit";
            LOG.atLevel(RARE.level(Level.INFO, who + how))
                    .log("{}: {} sent what it must not: {} (said at most once a minute)", name, who, how.text());
        }
        end(new End(
                how.name(),
                side.isBrowser ? told : CloseStatus.of(Outcome.LOST),
                side.isBrowser ? CloseStatus.of(Outcome.CLIENT_GONE) : told,
                null));
    }

    /** RFC 6455 section 5.5.1: the close frame is answered with its code; the other side is closed in the same way. */
    void closeReceived(Peer side, byte[] payload) {
        side.closeReceived();
        int code = CloseStatus.code(payload);
        String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        if (side.isBrowser) {
            CloseStatus on = CloseStatus.fromBrowser(code, reason);
            end(new End("the browser closed with " + code, new CloseStatus(on.code(), ""), on, null));
        } else {
            CloseStatus on = CloseStatus.fromUpstream(code, reason);
            end(new End("Streamlit closed with " + code, on, new CloseStatus(on.code(), ""), null));
        }
    }

    // --- keep-alive: the timer's

    @Override
    public void keepAlive(long now) {
        if (isEnded()) {
            return;
        }
        Peer one = browser;
        Peer other = streamlit;
        long stall = relays.timeouts().stall().toNanos();
        if (one.stalled(now) > stall || other.stalled(now) > stall) {
            end(Outcome.STALLED, null);
            return;
        }
        if (one.stalled(now) > 0 || other.stalled(now) > 0) {
            return; // its pong comes behind what it has yet to take, and the other is not read meanwhile
        }
        boolean pingBrowser = relays.isBrowserPingDue(this, one.life(), one.underWay(), now);
        boolean pingStreamlit = relays.isStreamlitPingDue(this, other.life(), now);
        if (pingBrowser) {
            down.ping();
        }
        if (pingStreamlit) {
            up.ping();
        }
    }

    // --- ending

    @Override
    public boolean isEnded() {
        return end.get() != null;
    }

    @Override
    public void end(Outcome outcome, Throwable cause) {
        end(new End(outcome.name(), CloseStatus.of(outcome), CloseStatus.of(outcome), cause));
    }

    private void end(End how) {
        synchronized (this) {
            if (!end.compareAndSet(null, how)) {
                return;
            }
        }
        relays.ended(this);
        FramePipe upward = up;
        if (upward == null) {
            LOG.debug("{} ended before it was open: {}", name, new Printable(how.why()));
            closeHalfOpen();
            return;
        }
        FramePipe downward = down;
        LOG.debug(
                "{} ended: {}; {} messages up, {} down{}",
                name,
                new Printable(how.why()),
                upward.messages(),
                downward.messages(),
                how.cause() == null ? "" : "; " + FailureText.of(how.cause()));
        if (how.forBrowser() != null) {
            downward.close(FrameWriter.close(how.forBrowser(), false));
        }
        if (how.forStreamlit() != null) {
            upward.close(FrameWriter.close(how.forStreamlit(), true));
        }
        cutLater();
    }

    private void cutWhatOwes() {
        long limit = System.nanoTime() - CLOSE_GRACE_NANOS;
        for (Peer side : List.of(browser, streamlit)) {
            if (side.owesSinceNanos() - limit < 0) {
                side.close();
            }
        }
        cutLater();
    }

    private void cutLater() {
        if (!isOver()) {
            nextCut = relays.later(this::cutWhatOwes, CHECK_MILLIS, TimeUnit.MILLISECONDS);
            closed(); // meanwhile, perhaps
        }
    }

    private boolean isOver() {
        return browser.isClosed() && streamlit.isClosed();
    }

    /** Perhaps both sides are: then the timer need not keep them. */
    void closed() {
        Scheduler.Task cut = nextCut;
        if (cut != null && isOver()) {
            cut.cancel();
        }
    }

    /** One side is not there yet: what is there is closed, and so is what comes later. */
    private void closeHalfOpen() {
        End how = end.get();
        UpstreamHandshake open;
        RawSocket source;
        RawSocket sink;
        synchronized (this) {
            open = dialling;
            source = streamlitWire;
            sink = browserWire;
            streamlitWire = null;
            browserWire = null;
        }
        if (open != null) {
            open.abort(how.why());
        }
        close(source, how.forStreamlit(), true);
        close(sink, how.forBrowser(), false);
    }

    private void close(RawSocket wire, CloseStatus how, boolean masked) {
        if (wire == null || !wire.isOpen()) {
            return;
        }
        try {
            if (how != null) {
                ByteBuffer frame = FrameWriter.close(how, masked);
                if (!wire.flush(frame)) { // as over HTTP/2
                    wire.write(frame, Callback.from(InvocationType.NON_BLOCKING, wire::close));
                    relays.later(wire::close, CLOSE_GRACE_NANOS, TimeUnit.NANOSECONDS);
                    return;
                }
            }
        } catch (IOException gone) {
            LOG.debug("closing one side: {}", FailureText.of(gone));
        }
        wire.close();
    }
}
