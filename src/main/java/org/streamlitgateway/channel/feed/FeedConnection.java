package org.streamlitgateway.channel.feed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.FeedStatus;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig.Upstream;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/**
 * Connection to a feed, reopened after each loss or failure with growing delays until it is stopped.
 *
 * <pre>
 *   CLOSED ──start──▶ CONNECTING ──▶ OPEN ⇄ RECONNECTING ──stop──▶ CLOSED
 * </pre>
 *
 * Each attempt has its own {@link FeedListener}; events of earlier attempts are ignored. Guarded by {@code this}.
 */
final class FeedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(FeedConnection.class);
    /** Shared by the connections of a dedicated channel, which all log under the channel's address. */
    private static final RateLimitedLog LOG_LIMIT = new RateLimitedLog();
    /** Maximum size of a feed's message; a larger one closes the connection with 1009. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final int MAX_DOUBLINGS = 20;
    private static final long CLOSE_SECONDS = 5;

    private final Upstream upstream;
    private final FeedRuntime runtime;
    private final Timeouts timeouts;
    private final Counters counters;
    private final Feed feed;
    private final SendQueue sends = new SendQueue();
    private final Greetings greetings;
    private boolean started;
    /** Latest attempt or open connection; {@code null} while stopped or between attempts. */
    private FeedListener current;

    private Session session;
    private Scheduler.Task timer;
    private int failures;
    private long openedNanos;

    FeedConnection(Upstream upstream, FeedRuntime runtime, Timeouts timeouts, Counters counters, Feed feed) {
        this.upstream = upstream;
        this.runtime = runtime;
        this.timeouts = timeouts;
        this.counters = counters;
        this.feed = feed;
        this.greetings = new Greetings(upstream.greeting());
    }

    /** Connects unless started already. */
    synchronized void start() {
        if (started) {
            return;
        }
        started = true;
        failures = 0;
        sends.open();
        feed.stateChanged(ChannelState.CONNECTING, "");
        connect();
    }

    void stop(String reason) {
        Session open;
        Runnable notifySenders;
        synchronized (this) {
            if (!started) {
                return;
            }
            started = false;
            open = session;
            session = null;
            current = null;
            timer.cancel();
            notifySenders = sends.close();
            feed.stateChanged(ChannelState.CLOSED, reason);
        }
        notifySenders.run();
        if (open != null) {
            open.close(1000, null, Callback.from(() -> {}, failure -> open.disconnect()));
            runtime.scheduler().schedule(open::disconnect, CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    void send(Payload payload, Consumer<SendResult> callback) {
        sends.offer(payload, callback);
    }

    /** Sets the owner's messages for the start of each connection, this one included; false when over a limit. */
    boolean greet(Object owner, List<Payload> payloads) {
        synchronized (this) {
            if (!greetings.replace(owner, payloads)) {
                return false;
            }
            if (session != null) {
                sends.greet(greetings.takeUnsent());
            }
        }
        sends.pump();
        return true;
    }

    void removeGreeting(Object owner) {
        greetings.remove(owner);
    }

    /** Begins an attempt; called while holding the lock. */
    private void connect() {
        FeedListener attempt = new FeedListener(this);
        current = attempt;
        timer = runtime.scheduler()
                .schedule(
                        () -> lost(attempt, FeedStatus.TIMED_OUT, null),
                        timeouts.handshake().toMillis(),
                        TimeUnit.MILLISECONDS);
        runtime.executor().execute(() -> dial(attempt));
    }

    private void dial(FeedListener attempt) {
        ClientUpgradeRequest request = new ClientUpgradeRequest(upstream.address());
        upstream.headers().forEach(request::setHeader);
        if (!upstream.subprotocol().isEmpty()) {
            request.setSubProtocols(upstream.subprotocol());
        }
        try {
            runtime.webSocket().connect(attempt, request).whenComplete((opened, failure) -> {
                if (failure != null) {
                    lost(attempt, FeedStatus.UNREACHABLE, failure);
                }
            });
        } catch (IOException | RuntimeException e) {
            lost(attempt, FeedStatus.UNREACHABLE, e);
        }
    }

    // --- called by the attempt's listener

    void opened(FeedListener attempt, Session opened) {
        opened.setMaxTextMessageSize(MAX_MESSAGE_BYTES);
        opened.setMaxBinaryMessageSize(MAX_MESSAGE_BYTES);
        opened.setIdleTimeout(Duration.ZERO); // pings detect dead peers
        boolean late;
        synchronized (this) {
            late = attempt != current;
            if (!late) {
                session = opened;
                timer.cancel();
                openedNanos = System.nanoTime();
                sends.connected(opened, greetings.forNewConnection());
                feed.stateChanged(ChannelState.OPEN, "");
                scheduleCheck(attempt);
            }
        }
        if (late) {
            opened.disconnect();
            return;
        }
        LOG.atLevel(LOG_LIMIT.level(Level.INFO, upstream + " is open")).log("connected to feed {}", upstream);
        sends.pump();
        opened.demand();
    }

    void received(FeedListener attempt, Session from, String text) {
        if (isCurrent(attempt)) {
            feed.received(text, from::demand);
        }
    }

    void received(FeedListener attempt, Session from, byte[] binary) {
        if (isCurrent(attempt)) {
            feed.received(binary, from::demand);
        }
    }

    private synchronized boolean isCurrent(FeedListener attempt) {
        return attempt == current;
    }

    /** Handles a failed attempt or a lost connection, and schedules the next attempt. */
    void lost(FeedListener attempt, String reason, Throwable cause) {
        Session dead;
        Runnable notifySenders;
        long delay;
        synchronized (this) {
            if (attempt != current) {
                return;
            }
            dead = session;
            boolean lasted = dead != null
                    && System.nanoTime() - openedNanos > upstream.retryMax().toNanos();
            failures = lasted ? 0 : failures + (dead == null ? 1 : 0);
            delay = retryDelayMillis(failures);
            session = null;
            current = null;
            timer.cancel();
            counters.reconnects().increment();
            notifySenders = sends.disconnected(); // before the state is published: later sends are queued
            feed.stateChanged(ChannelState.RECONNECTING, reason);
            timer = runtime.scheduler().schedule(this::reconnect, delay, TimeUnit.MILLISECONDS);
        }
        if (dead != null || failures == 1) {
            LOG.atLevel(LOG_LIMIT.level(Level.WARN, upstream + " is gone"))
                    .log(
                            "feed {}: {}{}; retrying until it answers",
                            upstream,
                            new Printable(reason),
                            cause == null ? "" : ": " + cause);
        } else {
            LOG.debug("feed {}: {}; retrying in {} ms", upstream, new Printable(reason), delay);
        }
        notifySenders.run();
        if (dead != null) {
            dead.disconnect();
        }
    }

    private synchronized void reconnect() {
        if (started && current == null) {
            connect();
        }
    }

    /** Doubles with each failure up to a maximum, minus up to half at random to spread the retries of many gateways. */
    private long retryDelayMillis(int failures) {
        long doubled = upstream.retryMin().toMillis() << Math.min(failures, MAX_DOUBLINGS);
        long max = Math.max(2, Math.min(doubled, upstream.retryMax().toMillis()));
        return max / 2 + ThreadLocalRandom.current().nextLong(max / 2 + 1);
    }

    // --- keep-alive

    private void scheduleCheck(FeedListener attempt) {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong());
        runtime.scheduler().schedule(() -> check(attempt), period, TimeUnit.MILLISECONDS);
    }

    private void check(FeedListener attempt) {
        Session checked;
        PeerLiveness.Result result;
        synchronized (this) {
            if (attempt != current || session == null) {
                return;
            }
            checked = session;
            long now = System.nanoTime();
            result = attempt.liveness().check(now, timeouts.pingInterval(), timeouts.pong());
            if (result == PeerLiveness.Result.PING_DUE) {
                attempt.liveness().pinged(now);
            }
            scheduleCheck(attempt);
        }
        switch (result) {
            case PING_DUE -> checked.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
            case SILENT -> lost(attempt, FeedStatus.SILENT, null);
            case FINE -> {}
        }
    }
}
