package org.streamlitgateway.splice;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.bridge.Ending;
import org.streamlitgateway.bridge.ForwardMsg;
import org.streamlitgateway.bridge.Relay;
import org.streamlitgateway.bridge.Relays;
import org.streamlitgateway.outcome.Outcome;

/**
 * One browser's socket spliced to one of Streamlit's.
 *
 * <p>Whatever happens (a socket becomes readable or has taken what was written, the keep-alive wants a ping, somebody
 * ends the session) leaves a mark and calls {@link #drain}. The first caller does the work, of all marks there are; a
 * caller that comes meanwhile only counts up and leaves. So all state but the marks belongs to one thread at a time,
 * without a lock, and nothing ever waits.
 */
final class Splice implements Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Splice.class);

    /** How long a closed side may take to answer the close frame before its connection is cut. */
    private static final long CLOSE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long CHECK_MILLIS = 1000;

    /** Streamlit names the session in its first message; of another server not all messages are to be looked at. */
    private static final int MAX_LOOKS = 64;

    /** A message that is looked at has to fit into a buffer. */
    private static final int MAX_LOOK_BYTES = Direction.BUFFER_BYTES - FrameHeader.MAX_BYTES;

    /** {@code null} for a side that is beyond being told. */
    private record End(String why, Ending forBrowser, Ending forStreamlit, Throwable cause) {}

    private final SpliceKind kind;
    private final Relays relays;
    private final String name;
    private final String prefix;

    // marks
    private final AtomicInteger marks = new AtomicInteger();
    private final AtomicReference<End> end = new AtomicReference<>();
    private volatile boolean browserPingWanted;
    private volatile boolean streamlitPingWanted;
    private volatile Leg streamlitLeg;
    private volatile Leg browserLeg;
    private volatile List<String> sessionIds = List.of();
    private volatile Upgrade dialling;
    /** Set when both are open; read by the timer. */
    private volatile Side browser;

    private volatile Side streamlit;

    private volatile boolean graceOver;

    // the drain's
    private Direction up;
    private Direction down;
    private boolean ended;
    private int looks = MAX_LOOKS;

    Splice(SpliceKind kind, Relays relays, String name, String prefix) {
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
        Upgrade upgrade = new Upgrade(kind, dial, answer, this::streamlitOpened);
        dialling = upgrade;
        upgrade.send();
        drain();
    }

    @Override
    public void accept(HttpServletRequest request, HttpServletResponse response, String subprotocol) {
        kind.accept(request, response, subprotocol, this::browserOpened);
    }

    private void streamlitOpened(Leg leg) {
        streamlitLeg = leg;
        dialling = null;
        drain();
    }

    private void browserOpened(Leg leg) {
        browserLeg = leg;
        drain();
    }

    @Override
    public void endUnlessOpen() {
        if (browserLeg == null) {
            end(Outcome.CLIENT_GONE, null);
        }
    }

    @Override
    public void learn(String id) {
        List<String> known = sessionIds;
        if (!isEnded() && !known.contains(id)) {
            sessionIds = known.isEmpty() ? List.of(id) : List.of(known.get(0), id);
            relays.learned(id, this);
        }
    }

    @Override
    public List<String> sessionIds() {
        return sessionIds;
    }

    // --- the drain

    private void drain() {
        if (marks.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                work();
            } catch (RuntimeException bug) {
                LOG.error("{} failed", name, bug);
                end(Outcome.INTERNAL, bug);
                cut();
            }
            seen = marks.addAndGet(-seen);
        } while (seen != 0);
    }

    private void work() {
        End how = end.get();
        if (up == null) {
            if (how != null) {
                finishHalfOpen(how);
                return;
            }
            if (streamlitLeg == null || browserLeg == null) {
                return;
            }
            open(streamlitLeg, browserLeg);
        }
        if (how == null) {
            takePings();
        } else if (!ended) {
            ended = true;
            finish(how);
        }
        up.advance();
        down.advance();
        if (ended) {
            closeWhereDone();
        }
    }

    private void open(Leg source, Leg sink) {
        streamlit = new Side(source.getEndPoint(), false, this::drain);
        browser = new Side(sink.getEndPoint(), true, this::drain);
        up = new Direction(this, browser, streamlit, kind.buffers());
        down = new Direction(this, streamlit, browser, kind.buffers());
        LOG.debug("{} is open", name);
        relays.opened(this);
        up.start(sink.takeEarly());
        down.start(source.takeEarly());
    }

    // --- what the directions find

    /** Whether the message has to be held until it is whole and then shown to {@link #look}. */
    boolean wants(Side from, FrameHeader header) {
        return !from.isBrowser
                && (looks > 0 || !prefix.isEmpty())
                && header.isWholeBinary()
                && header.length() <= MAX_LOOK_BYTES;
    }

    /** Learns the session's id from its first messages; returns the message as it must go on, if it must change. */
    ByteBuffer look(ByteBuffer message) {
        if (looks > 0) {
            looks--;
            String id = ForwardMsg.sessionId(message);
            if (id != null) {
                looks = 0;
                learn(id);
            }
        }
        return prefix.isEmpty() ? null : ForwardMsg.withPrefix(message, prefix);
    }

    void pingReceived(Side side, byte[] payload) {
        (side.isBrowser ? down : up).pong(OwnFrames.pong(payload, !side.isBrowser));
        drain(); // once more, for the other direction
    }

    /** The connection is gone. */
    void lost(Side side) {
        side.close();
        if (side.isBrowser) {
            end(new End("the browser was lost", null, Ending.of(Outcome.CLIENT_GONE), null));
        } else {
            end(new End("the connection to Streamlit was lost", Ending.of(Outcome.LOST), null, null));
        }
    }

    void violated(Side side, Outcome how) {
        Ending told = Ending.of(how);
        if (!isEnded()) {
            LOG.info(
                    "{}: {} sent what it must not: {}", name, side.isBrowser ? "the browser" : "Streamlit", how.text());
        }
        end(new End(
                how.name(),
                side.isBrowser ? told : Ending.of(Outcome.LOST),
                side.isBrowser ? Ending.of(Outcome.CLIENT_GONE) : told,
                null));
    }

    /** RFC 6455 section 5.5.1: the close frame is answered with its code; the other side is closed in the same way. */
    void closeReceived(Side side, byte[] payload) {
        side.closeReceived();
        int code = payload.length < 2 ? Ending.NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        if (side.isBrowser) {
            Ending on = Ending.fromBrowser(code, reason);
            end(new End("the browser closed with " + code, new Ending(on.code(), ""), on, null));
        } else {
            Ending on = Ending.fromUpstream(code, reason);
            end(new End("Streamlit closed with " + code, on, new Ending(on.code(), ""), null));
        }
    }

    // --- keep-alive: the timer's

    @Override
    public void keepAlive(long now) {
        if (isEnded()) {
            return;
        }
        Side one = browser;
        Side other = streamlit;
        long stall = relays.timeouts().stall().toNanos();
        if (one.stalled(now) > stall || other.stalled(now) > stall) {
            end(Outcome.STALLED, null);
            return;
        }
        // A side is not read while the other is slow, so that its silence says nothing.
        boolean pingBrowser = other.stalled(now) == 0 && isPingDue(one, now);
        boolean pingStreamlit = one.stalled(now) == 0 && isPingDue(other, now);
        if (pingBrowser || pingStreamlit) {
            browserPingWanted |= pingBrowser;
            streamlitPingWanted |= pingStreamlit;
            drain();
        }
    }

    private boolean isPingDue(Side side, long now) {
        if (side.isPinged()) {
            if (side.sincePing(now) > relays.timeouts().pong().toNanos()) {
                end(Outcome.SILENT, null);
            }
            return false;
        }
        return side.silence(now) > relays.timeouts().pingInterval().toNanos();
    }

    private void takePings() {
        if (browserPingWanted) {
            browserPingWanted = false;
            down.ping(OwnFrames.ping(false));
        }
        if (streamlitPingWanted) {
            streamlitPingWanted = false;
            up.ping(OwnFrames.ping(true));
        }
    }

    // --- ending

    @Override
    public boolean isEnded() {
        return end.get() != null;
    }

    @Override
    public void end(Outcome outcome, Throwable cause) {
        end(new End(outcome.name(), Ending.of(outcome), Ending.of(outcome), cause));
    }

    private void end(End how) {
        if (end.compareAndSet(null, how)) {
            relays.ended(this);
            drain();
        }
    }

    private void finish(End how) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} ended: {}; {} messages up, {} down{}",
                    name,
                    how.why(),
                    up == null ? 0 : up.messages(),
                    down == null ? 0 : down.messages(),
                    how.cause() == null ? "" : "; " + how.cause());
        }
        if (how.forBrowser() != null) {
            down.close(OwnFrames.close(how.forBrowser(), false));
        }
        if (how.forStreamlit() != null) {
            up.close(OwnFrames.close(how.forStreamlit(), true));
        }
        relays.later(this::graceOver, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** RFC 6455 section 7.1.1: the server closes the connection first; towards Streamlit that is not us. */
    private void closeWhereDone() {
        if (browser.isCloseSent() && browser.isCloseReceived() && !browser.isWriting()) {
            browser.close();
        }
        if (!graceOver) {
            return;
        }
        graceOver = false;
        long limit = System.nanoTime() - CLOSE_GRACE_NANOS;
        for (Side side : List.of(browser, streamlit)) {
            if (side.owesSinceNanos() - limit < 0) {
                side.close();
            }
        }
        if (!browser.isClosed() || !streamlit.isClosed()) {
            relays.later(this::graceOver, CHECK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void graceOver() {
        graceOver = true;
        drain();
    }

    /** One side is not there yet: what is there is closed, and so is what comes later. */
    private void finishHalfOpen(End how) {
        Upgrade open = dialling;
        if (open != null) {
            open.abort(how.why());
        }
        close(streamlitLeg, how.forStreamlit(), false);
        close(browserLeg, how.forBrowser(), true);
    }

    private void close(Leg leg, Ending how, boolean isBrowser) {
        if (leg != null && leg.getEndPoint().isOpen()) {
            Side side = new Side(leg.getEndPoint(), isBrowser, this::drain);
            if (how != null) {
                side.write(OwnFrames.close(how, !isBrowser));
            }
            side.close();
        }
    }

    private void cut() {
        for (Leg leg : new Leg[] {browserLeg, streamlitLeg}) {
            if (leg != null) {
                leg.close();
            }
        }
    }
}
