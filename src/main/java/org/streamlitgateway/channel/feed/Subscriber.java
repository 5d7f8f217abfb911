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
 * One who listens to a feed. Its outbox is its position in the history; only notices are queued. Whoever has news calls
 * {@link #iterate()}, which writes batch after batch until there is nothing more or the sink is busy. State is guarded
 * by {@code this}; {@link #end} is the one way to end it.
 */
public final class Subscriber extends IteratingCallback {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    /** What clients can cause at will is said once a minute for each kind. */
    private static final RateLimitedLog RARE = new RateLimitedLog();

    private static final int BATCH_MESSAGES = 64;
    private static final int BATCH_BYTES = 64 * 1024;
    /** A subscriber that sends this much without taking the outcomes is not a good one. */
    private static final int MAX_NOTICES = 10_000;

    private static final int MAX_NOTICE_BYTES = 1 << 20;

    private final Feed feed;
    private final History history;
    private final Limits limits;
    private final SubscriberTransport sink;
    private final Counters counters;
    private final Runnable onLeft;
    private final Queue<ControlMessage> notices = new ArrayDeque<>();
    private int noticeBytes;
    private long next;
    /** What was there when it came; catching up with that does not count as being slow. */
    private final long joined;

    private FeedStatus told;
    private boolean ended;
    private volatile long writingSinceNanos;
    private final PeerLiveness life = new PeerLiveness(System.nanoTime());

    /** @param onLeft run once, when it has gone */
    Subscriber(Feed feed, SubscriberTransport sink, ResumePoint cursor, Runnable onLeft) {
        this.onLeft = onLeft;
        this.feed = feed;
        this.history = feed.history();
        this.limits = feed.config().limits();
        this.counters = feed.counters();
        this.sink = sink;
        this.told = feed.status();
        this.joined = history.head();
        begin(cursor);
    }

    private void begin(ResumePoint cursor) {
        boolean sameEpoch =
                cursor.epoch() == null || cursor.epoch().equals(history.epoch()) && cursor.after() <= joined;
        long wanted = cursor.after() < 0 ? joined + 1 : sameEpoch ? cursor.after() + 1 : 1;
        next = wanted > joined ? joined + 1 : Math.min(history.firstInHistory(wanted), joined + 1);
        notices.add(ControlMessage.hello(feed.config().name(), feed.config().mode(), history.epoch(), next - 1, told));
        if (!sameEpoch) {
            notices.add(ControlMessage.unknownGap(next - 1));
        } else if (wanted < next) {
            notices.add(gap(wanted, next - 1));
        }
    }

    private ControlMessage gap(long from, long to) {
        counters.dropped().add(to - from + 1);
        return ControlMessage.gap(from, to);
    }

    public synchronized boolean hasEnded() {
        return ended;
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
            batch.addAll(notices);
            notices.clear();
            noticeBytes = 0;
            FeedStatus now = feed.status();
            if (now.change() != told.change()) {
                told = now;
                batch.add(ControlMessage.state(now, next - 1));
            }
            long first = skip();
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
        sink.write(batch, this);
        return Action.SCHEDULED;
    }

    /** Number of the next message that it is to get, when some are left out for it. */
    private long skip() {
        long kept = Math.max(next, history.oldest());
        boolean catchingUp = kept <= joined && !history.exceedsOutbox(joined + 1);
        if (catchingUp) {
            return kept;
        }
        return switch (limits.slow()) {
            case DISCONNECT -> kept;
            case DROP_OLDEST -> history.firstInOutbox(kept);
            case LATEST -> Math.max(kept, history.head());
        };
    }

    /** Closes it when it is too far behind and the channel's policy says so. */
    void closeIfBehind() {
        if (limits.slow() != Slow.DISCONNECT) {
            return;
        }
        boolean behind;
        synchronized (this) {
            behind = !ended && history.exceedsOutbox(Math.max(next, joined + 1));
        }
        if (behind) {
            counters.behind().increment();
            end(Outcome.BEHIND);
        }
    }

    /** Puts a notice before the next message. */
    public void tell(ControlMessage notice) {
        boolean flooded;
        synchronized (this) {
            if (ended) {
                return;
            }
            notices.add(notice);
            noticeBytes += notice.json().length;
            flooded = notices.size() > MAX_NOTICES || noticeBytes > MAX_NOTICE_BYTES;
        }
        if (flooded) {
            end(Outcome.BEHIND);
        } else {
            iterate();
        }
    }

    // --- keep-alive: called by the timer, for one at a time

    public void heard() {
        life.heard(System.nanoTime());
    }

    void keepAlive(long now, Timeouts timeouts) {
        long writing = writingSinceNanos;
        if (writing != 0) {
            if (now - writing > timeouts.stall().toNanos()) {
                counters.behind().increment();
                end(Outcome.BEHIND);
            }
            return;
        }
        switch (life.check(now, timeouts.pingInterval(), timeouts.pong())) {
            case PING_DUE -> {
                if (sink.answersPings()) {
                    life.pinged(now);
                } else {
                    life.heard(now);
                }
                tell(ControlMessage.PING);
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

    /** Ends it from the gateway's side, once. */
    public void end(Outcome outcome) {
        if (left(false)) {
            LOG.atLevel(RARE.level(outcome.level(), outcome.name()))
                    .log(
                            "channel {}: a subscriber is closed: {} (said at most once a minute)",
                            feed.config().name(),
                            outcome.text());
            sink.close(outcome);
        }
    }

    /**
     * It is gone.
     *
     * @param forGood it said that it does not come back
     * @return false when it was gone before
     */
    public boolean left(boolean forGood) {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            notices.clear();
        }
        onLeft.run();
        feed.left(this, forGood);
        return true;
    }
}
