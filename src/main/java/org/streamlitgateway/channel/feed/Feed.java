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
 * Connection to a feed, the history of its messages, and its subscribers. The connection opens with the first subscriber
 * and closes some time ("linger") after the last one has left. The mutable counters are guarded by {@code this}.
 */
public final class Feed {
    private static final int MAX_FANOUTS = 4;
    /** Reading pauses while the slowest fan-out is this many messages behind. */
    private static final int MAX_MESSAGES_AHEAD = 512;

    private final ChannelConfig config;
    private final Duration linger;
    private final Counters counters;
    private final Scheduler scheduler;
    private final History history;
    private final FeedConnection connection;
    private final List<Fanout> fanouts = new ArrayList<>();
    private final AtomicReference<Runnable> pausedRead = new AtomicReference<>();
    private final Runnable onUnused;
    private volatile FeedStatus status = new FeedStatus(0, ChannelState.CLOSED, FeedStatus.NOT_STARTED);
    private int subscriberCount;
    /** Number of the latest linger wait; a wait with an older number is void. */
    private int lingerNumber;

    private int nextFanout;
    private boolean closed;

    /**
     * @param linger how long the connection stays open without subscribers
     * @param onUnused run once, when a dedicated feed has lost its subscriber and the linger time has passed
     */
    public Feed(
            ChannelConfig config,
            Duration linger,
            Counters counters,
            FeedRuntime runtime,
            Timeouts timeouts,
            Runnable onUnused) {
        this.config = config;
        this.linger = linger;
        this.counters = counters;
        this.scheduler = runtime.scheduler();
        this.onUnused = onUnused;
        this.history = new History(config.limits());
        this.connection = new FeedConnection(config.upstream(), runtime, timeouts, counters, this);
        int parts = isShared() ? Math.min(MAX_FANOUTS, Runtime.getRuntime().availableProcessors()) : 1;
        for (int i = 0; i < parts; i++) {
            fanouts.add(new Fanout(this, runtime.executor()));
        }
    }

    private boolean isShared() {
        return config.mode() == Mode.SHARED;
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

    // --- messages from the feed; one thread at a time

    /** @param readNext requests the next message from the socket */
    void received(String text, Runnable readNext) {
        history.append(text, Json.isJson(text));
        publish(readNext);
    }

    void received(byte[] binary, Runnable readNext) {
        history.append(binary);
        publish(readNext);
    }

    private void publish(Runnable readNext) {
        counters.messages().increment();
        fanouts.forEach(Fanout::wake);
        if (isTooFarAhead()) {
            pausedRead.set(readNext);
            resumeReading(); // a fan-out may have caught up before the line above
        } else {
            readNext.run();
        }
    }

    private boolean isTooFarAhead() {
        long slowest = Long.MAX_VALUE;
        for (Fanout fanout : fanouts) {
            slowest = Math.min(slowest, fanout.offeredSeq());
        }
        return history.head() - slowest > MAX_MESSAGES_AHEAD;
    }

    /** Resumes a paused read once the fan-outs have caught up. Called after each pass of a fan-out. */
    void resumeReading() {
        if (pausedRead.get() == null || isTooFarAhead()) {
            return;
        }
        Runnable readNext = pausedRead.getAndSet(null);
        if (readNext != null) {
            readNext.run();
        }
    }

    /** Publishes a state of the connection, which calls this while holding its lock. */
    void stateChanged(ChannelState state, String reason) {
        if (status.state() == state && status.reason().equals(reason)) {
            return;
        }
        status = status.changedTo(state, reason);
        fanouts.forEach(Fanout::wake);
    }

    // --- subscribers

    /**
     * Adds a subscriber; returns {@code null} when the feed is closed.
     *
     * @param user name of the logged-in user, or {@code null}
     * @param onEnd run once, when the subscription has ended
     */
    public Subscriber subscribe(SubscriberTransport transport, ResumePoint resumePoint, String user, Runnable onEnd) {
        Subscriber subscriber;
        Fanout fanout;
        synchronized (this) {
            if (closed) {
                return null;
            }
            subscriberCount++;
            counters.subscribers().incrementAndGet();
            connection.start();
            subscriber = new Subscriber(this, transport, resumePoint, user, onEnd);
            fanout = fanouts.get(nextFanout++ % fanouts.size());
            fanout.add(subscriber);
        }
        fanout.wake();
        return subscriber;
    }

    /** @param permanently the client has said that it will not resume */
    void remove(Subscriber subscriber, boolean permanently) {
        int number;
        synchronized (this) {
            if (fanouts.stream().noneMatch(fanout -> fanout.remove(subscriber))) {
                return;
            }
            counters.subscribers().decrementAndGet();
            if (isShared()) {
                connection.removeGreeting(subscriber);
            }
            if (--subscriberCount > 0 || config.eager() || closed) {
                return;
            }
            if ((isShared() || !permanently) && !linger.isZero()) {
                startLinger();
                return;
            }
            number = ++lingerNumber;
        }
        closeIfUnused(number);
    }

    /** Called while holding the lock. */
    private void startLinger() {
        int number = ++lingerNumber;
        scheduler.schedule(() -> closeIfUnused(number), linger.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void closeIfUnused(int number) {
        synchronized (this) {
            if (subscriberCount > 0 || closed || number != lingerNumber) {
                return;
            }
            if (isShared()) {
                connection.stop(FeedStatus.UNUSED);
                return;
            }
            closed = true;
        }
        onUnused.run();
    }

    /** Opens the connection unless the feed is closed. */
    public synchronized void start() {
        if (!closed) {
            connection.start();
        }
    }

    /** Closes the connection and all subscribers permanently. */
    public void close(Outcome outcome) {
        synchronized (this) {
            closed = true;
        }
        connection.stop(FeedStatus.ENDED);
        endSubscribers(outcome);
    }

    public void endSubscribers(Outcome outcome) {
        subscribers().forEach(subscriber -> subscriber.end(outcome));
    }

    /** Returns the current subscribers. */
    public List<Subscriber> subscribers() {
        return fanouts.stream().flatMap(fanout -> fanout.subscribers().stream()).toList();
    }

    public void keepAlive(long nowNanos, Timeouts timeouts) {
        subscribers().forEach(subscriber -> subscriber.keepAlive(nowNanos, timeouts));
    }

    // --- messages to the feed

    /** Sets the messages sent to the feed on each connection for this subscriber; false when a limit is exceeded. */
    public boolean greet(Subscriber subscriber, List<Payload> payloads) {
        // a dedicated feed keeps its greeting while it waits for its page
        return connection.greet(isShared() ? subscriber : this, payloads);
    }

    /** Sends a message. The callback is called once, by any thread. */
    public void send(Payload payload, Consumer<SendResult> callback) {
        Consumer<SendResult> counted = result -> {
            (result.outcome() == SendResult.Outcome.REJECTED ? counters.rejected() : counters.sent()).increment();
            callback.accept(result);
        };
        if (payload.size() > config.quota().messageBytes()) {
            counted.accept(SendResult.rejected(SendResult.TOO_LARGE));
            return;
        }
        synchronized (this) {
            if (!closed) {
                lingerNumber++; // voids a linger wait that is about to end
                connection.start();
            }
        }
        connection.send(payload, counted);
        synchronized (this) {
            if (!closed && subscriberCount == 0 && !config.eager()) {
                startLinger(); // the connection was opened for this message only
            }
        }
    }
}
