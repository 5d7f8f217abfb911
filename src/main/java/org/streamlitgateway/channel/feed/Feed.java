package org.streamlitgateway.channel.feed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.Scheduler;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.FeedStatus;
import org.streamlitgateway.channel.protocol.History;
import org.streamlitgateway.channel.protocol.Json;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Outcome;

/**
 * One socket to a feed, what came over it, and who listens. Dialled when the first subscriber comes; given up a while
 * after the last one went. Counting subscribers is guarded by {@code this}.
 */
public final class Feed {
    private static final int MAX_FANOUTS = 4;
    /** The feed is not read further while the slowest fan-out is so many messages behind. */
    private static final int MAX_AHEAD = 512;

    private final ChannelConfig config;
    private final Duration linger;
    private final Counters counters;
    private final Scheduler scheduler;
    private final History history;
    private final FeedConnection link;
    private final List<Fanout> fanouts = new ArrayList<>();
    private final AtomicReference<Runnable> waitingToRead = new AtomicReference<>();
    private final Runnable abandoned;
    private volatile FeedStatus status = new FeedStatus(0, ChannelState.CLOSED, FeedStatus.NOT_YET);
    private int count;
    /** How often the last one went, so that only the newest wait counts. */
    private int departures;

    private int turn;
    private boolean closed;

    /**
     * @param linger how long those who went are waited for
     * @param abandoned run once, when a dedicated feed's subscriber went and is not expected back
     */
    public Feed(
            ChannelConfig config,
            Duration linger,
            Counters counters,
            FeedRuntime dialler,
            Timeouts timeouts,
            Runnable abandoned) {
        this.config = config;
        this.linger = linger;
        this.counters = counters;
        this.scheduler = dialler.scheduler();
        this.abandoned = abandoned;
        this.history = new History(config.limits());
        this.link = new FeedConnection(config.upstream(), dialler, timeouts, counters, this);
        boolean many = config.mode() == Mode.SHARED;
        int parts = many ? Math.min(MAX_FANOUTS, Runtime.getRuntime().availableProcessors()) : 1;
        for (int i = 0; i < parts; i++) {
            fanouts.add(new Fanout(this, dialler.executor()));
        }
    }

    ChannelConfig config() {
        return config;
    }

    Counters counters() {
        return counters;
    }

    public History history() {
        return history;
    }

    public FeedStatus status() {
        return status;
    }

    // --- what comes from the feed; one thread at a time

    /** @param readOn asks the socket for the next message */
    void received(String text, Runnable readOn) {
        history.append(text, Json.isJson(text));
        published(readOn);
    }

    void received(byte[] binary, Runnable readOn) {
        history.append(binary);
        published(readOn);
    }

    private void published(Runnable readOn) {
        counters.messages().increment();
        fanouts.forEach(Fanout::wake);
        if (isAhead()) {
            waitingToRead.set(readOn);
            if (!isAhead()) {
                passed();
            }
        } else {
            readOn.run();
        }
    }

    private boolean isAhead() {
        long least = Long.MAX_VALUE;
        for (Fanout fanout : fanouts) {
            least = Math.min(least, fanout.passed());
        }
        return history.head() - least > MAX_AHEAD;
    }

    /** A fan-out has caught up. */
    void passed() {
        if (waitingToRead.get() == null || isAhead()) {
            return;
        }
        Runnable readOn = waitingToRead.getAndSet(null);
        if (readOn != null) {
            readOn.run();
        }
    }

    /** Called by the link, which holds its lock. */
    void changed(ChannelState state, String reason) {
        if (status.state() == state && status.reason().equals(reason)) {
            return;
        }
        status = status.then(state, reason);
        fanouts.forEach(Fanout::wake);
    }

    // --- subscribers

    /**
     * {@code null} when the feed has been closed.
     *
     * @param onLeft run once, when the subscriber has gone
     */
    public Subscriber subscribe(SubscriberTransport sink, ResumePoint cursor, Runnable onLeft) {
        Subscriber subscriber;
        Fanout fanout;
        synchronized (this) {
            if (closed) {
                return null;
            }
            count++;
            counters.subscribers().incrementAndGet();
            link.start();
            subscriber = new Subscriber(this, sink, cursor, onLeft);
            fanout = fanouts.get(turn++ % fanouts.size());
            fanout.add(subscriber);
        }
        fanout.wake();
        return subscriber;
    }

    /** @param forGood nobody will ask for what comes now, unless others do */
    void left(Subscriber subscriber, boolean forGood) {
        synchronized (this) {
            if (fanouts.stream().noneMatch(fanout -> fanout.remove(subscriber))) {
                return;
            }
            counters.subscribers().decrementAndGet();
            if (config.mode() == Mode.SHARED) {
                link.forget(subscriber);
            }
            if (--count > 0 || config.eager() || closed) {
                return;
            }
            boolean expected = config.mode() == Mode.SHARED || !forGood;
            if (expected && !linger.isZero()) {
                linger();
                return;
            }
            departures++;
        }
        giveUp(departures());
    }

    private synchronized int departures() {
        return departures;
    }

    /** Called while holding the lock. */
    private void linger() {
        int departure = ++departures;
        scheduler.schedule(() -> giveUp(departure), linger.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void giveUp(int departure) {
        synchronized (this) {
            if (count > 0 || closed || departure != departures) {
                return;
            }
            if (config.mode() == Mode.SHARED) {
                link.stop(FeedStatus.NOBODY);
                return;
            }
            closed = true;
        }
        abandoned.run();
    }

    /** Does nothing when it was closed. */
    public synchronized void start() {
        if (!closed) {
            link.start();
        }
    }

    /** Ends everything for good. */
    public void close(Outcome outcome) {
        synchronized (this) {
            closed = true;
        }
        link.stop(FeedStatus.ENDED);
        endSubscribers(outcome);
    }

    public void endSubscribers(Outcome outcome) {
        for (Fanout fanout : fanouts) {
            fanout.subscribers().forEach(subscriber -> subscriber.end(outcome));
        }
    }

    public void keepAlive(long now, Timeouts timeouts) {
        for (Fanout fanout : fanouts) {
            fanout.subscribers().forEach(subscriber -> subscriber.keepAlive(now, timeouts));
        }
    }

    // --- what goes to the feed

    /** What the feed is told on each connection for this subscriber; false when that is too much. */
    public boolean greet(Subscriber subscriber, List<Payload> payloads) {
        return link.greet(greeter(subscriber), payloads);
    }

    /** A dedicated feed keeps its greeting while it waits for its page. */
    private Object greeter(Subscriber subscriber) {
        return config.mode() == Mode.SHARED ? subscriber : this;
    }

    /** {@code outcome} is called once, from any thread. */
    public void send(Payload payload, Consumer<SendResult> outcome) {
        Consumer<SendResult> counted = sent -> {
            (sent.outcome() == SendResult.Outcome.REJECTED ? counters.rejected() : counters.sent()).increment();
            outcome.accept(sent);
        };
        if (payload.size() > config.quota().messageBytes()) {
            counted.accept(SendResult.rejected(SendResult.TOO_LARGE));
            return;
        }
        synchronized (this) {
            if (!closed) {
                departures++; // a wait that is about to end does not count any more
                link.start();
            }
        }
        link.send(payload, counted);
        synchronized (this) {
            if (!closed && count == 0 && !config.eager()) {
                linger(); // dialled for this one message
            }
        }
    }
}
