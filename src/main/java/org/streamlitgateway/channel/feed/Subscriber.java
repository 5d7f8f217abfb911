package org.streamlitgateway.channel.feed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.eclipse.jetty.util.IteratingCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.FeedStatus;
import org.streamlitgateway.channel.protocol.History;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.config.ChannelConfig.Limits;
import org.streamlitgateway.config.ChannelConfig.Slow;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/**
 * Subscriber of a feed. Its outbox is its position in the history; only control messages are queued. Every event calls
 * {@link #iterate()}, which writes batches until none is left or the transport is busy. Guarded by {@code this};
 * {@link #end} is the one way for the gateway to end it.
 */
public final class Subscriber extends IteratingCallback {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    /** Limits log lines that clients can cause at will. */
    private static final RateLimitedLog LOG_LIMIT = new RateLimitedLog();

    private static final int BATCH_MESSAGES = 64;
    private static final int BATCH_BYTES = 64 * 1024;
    /** Maximum number of queued control messages, such as results of sends; beyond it the subscriber is closed. */
    private static final int MAX_CONTROL_MESSAGES = 10_000;

    private static final int MAX_CONTROL_BYTES = 1 << 20;

    private final Feed feed;
    private final History history;
    private final Limits limits;
    private final SubscriberTransport transport;
    private final Counters counters;
    private final String user;
    private final Runnable onEnd;
    private final Queue<ControlMessage> controls = new ArrayDeque<>();
    private int controlBytes;
    /** Number of the next message to write. */
    private long next;
    /** Head of the history at the subscription; messages up to it do not count as backlog. */
    private final long headAtStart;

    private FeedStatus reportedStatus;
    private boolean ended;
    /** Start of the write in progress; 0 for none. */
    private volatile long writingSinceNanos;

    private final PeerLiveness liveness = new PeerLiveness(System.nanoTime());

    /**
     * @param user name of the logged-in user, or {@code null}
     * @param onEnd run once, when the subscription has ended
     */
    Subscriber(Feed feed, SubscriberTransport transport, ResumePoint resumePoint, String user, Runnable onEnd) {
        this.user = user;
        this.onEnd = onEnd;
        this.feed = feed;
        this.history = feed.history();
        this.limits = feed.config().limits();
        this.counters = feed.counters();
        this.transport = transport;
        this.reportedStatus = feed.status();
        this.headAtStart = history.head();
        start(resumePoint);
    }

    private void start(ResumePoint from) {
        boolean sameEpoch = from.epoch() == null || from.epoch().equals(history.epoch()) && from.after() <= headAtStart;
        long wanted = from.after() < 0 ? headAtStart + 1 : sameEpoch ? from.after() + 1 : 1;
        next = wanted > headAtStart ? headAtStart + 1 : Math.min(history.firstInHistory(wanted), headAtStart + 1);
        controls.add(ControlMessage.hello(
                feed.config().name(), feed.config().mode(), history.epoch(), next - 1, reportedStatus));
        if (!sameEpoch) {
            controls.add(ControlMessage.unknownGap(next - 1));
        } else if (wanted < next) {
            controls.add(gap(wanted, next - 1));
        }
    }

    private ControlMessage gap(long from, long to) {
        counters.dropped().add(to - from + 1);
        return ControlMessage.gap(from, to);
    }

    public synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns the name of the logged-in user, or {@code null}. */
    public String user() {
        return user;
    }

    /** Returns the number of messages that have still to be written. */
    public synchronized long behind() {
        return Math.max(0, history.head() - next + 1);
    }

    public Feed feed() {
        return feed;
    }

    // --- writing

    @Override
    protected Action process() {
        List<Outbound> batch = new ArrayList<>();
        synchronized (this) {
            writingSinceNanos = 0;
            if (ended) {
                return Action.IDLE;
            }
            batch.addAll(controls);
            controls.clear();
            controlBytes = 0;
            FeedStatus status = feed.status();
            if (status.change() != reportedStatus.change()) {
                reportedStatus = status;
                batch.add(ControlMessage.state(status, next - 1));
            }
            long first = firstToWrite();
            if (first > next) {
                batch.add(gap(next, first - 1));
                next = first;
            }
            long after = history.copy(next, BATCH_MESSAGES, BATCH_BYTES, batch);
            counters.delivered().add(after - next);
            next = after;
        }
        if (batch.isEmpty()) {
            return Action.IDLE;
        }
        writingSinceNanos = System.nanoTime();
        transport.write(batch, this);
        return Action.SCHEDULED;
    }

    /** Returns the number of the next message to write, beyond {@code next} when messages must be left out. */
    private long firstToWrite() {
        long kept = Math.max(next, history.oldest());
        boolean catchingUp = kept <= headAtStart && !history.exceedsOutbox(headAtStart + 1);
        if (catchingUp) {
            return kept;
        }
        return switch (limits.slow()) {
            case DISCONNECT -> kept;
            case DROP_OLDEST -> history.firstInOutbox(kept);
            case LATEST -> Math.max(kept, history.head());
        };
    }

    /** Ends the subscription if its backlog exceeds the outbox and the channel disconnects slow subscribers. */
    void closeIfBehind() {
        if (limits.slow() != Slow.DISCONNECT) {
            return;
        }
        boolean behind;
        synchronized (this) {
            behind = !ended && history.exceedsOutbox(Math.max(next, headAtStart + 1));
        }
        if (behind) {
            counters.behind().increment();
            end(Outcome.BEHIND);
        }
    }

    /** Sends a control message before the next feed message. */
    public void send(ControlMessage control) {
        boolean flooded;
        synchronized (this) {
            if (ended) {
                return;
            }
            controls.add(control);
            controlBytes += control.json().length;
            flooded = controls.size() > MAX_CONTROL_MESSAGES || controlBytes > MAX_CONTROL_BYTES;
        }
        if (flooded) {
            end(Outcome.BEHIND);
        } else {
            iterate();
        }
    }

    // --- keep-alive, called by one timer thread at a time

    public void heard() {
        liveness.heard(System.nanoTime());
    }

    void keepAlive(long nowNanos, Timeouts timeouts) {
        long writingSince = writingSinceNanos;
        if (writingSince != 0) {
            if (nowNanos - writingSince > timeouts.stall().toNanos()) {
                counters.behind().increment();
                end(Outcome.BEHIND);
            }
            return;
        }
        switch (liveness.check(nowNanos, timeouts.pingInterval(), timeouts.pong())) {
            case PING_DUE -> {
                if (transport.answersPings()) {
                    liveness.pinged(nowNanos);
                } else {
                    liveness.heard(nowNanos);
                }
                send(ControlMessage.PING);
            }
            case SILENT -> end(Outcome.SILENT);
            case FINE -> {}
        }
    }

    // --- ending

    @Override
    protected void onCompleteFailure(Throwable cause) {
        end(Outcome.CLIENT_GONE);
    }

    /** Ends the subscription and closes the transport. Idempotent. */
    public void end(Outcome outcome) {
        if (leave(false)) {
            LOG.atLevel(LOG_LIMIT.level(outcome.level(), outcome.name()))
                    .log(
                            "channel {}: subscriber closed: {} (logged at most once a minute)",
                            feed.config().name(),
                            outcome.text());
            transport.close(outcome);
        }
    }

    /**
     * Ends the subscription of a client that has disconnected.
     *
     * @param permanently the client has said that it will not resume
     * @return false if the subscription had ended already
     */
    public boolean leave(boolean permanently) {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            controls.clear();
        }
        onEnd.run();
        feed.remove(this, permanently);
        return true;
    }
}
