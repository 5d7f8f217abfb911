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
 * The socket to a feed: dialled while it is wanted, again and again, with a growing wait between.
 *
 * <pre>
 *   CLOSED ──start──▶ CONNECTING ──▶ OPEN ⇄ RECONNECTING ──stop──▶ CLOSED
 * </pre>
 *
 * Each attempt has a {@link FeedListener}; what an earlier one still says is not heard. State is guarded by
 * {@code this}.
 */
final class FeedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(FeedConnection.class);
    /** A dedicated channel has a link for each subscriber; kinds are channels. */
    private static final RateLimitedLog RARE = new RateLimitedLog();
    /** Larger ones end the connection with 1009. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final int MAX_DOUBLINGS = 20;

    private final Upstream upstream;
    private final FeedRuntime dialler;
    private final Timeouts timeouts;
    private final Counters counters;
    private final Feed feed;
    private final SendQueue sends = new SendQueue();
    private final Greetings greetings;
    private boolean wanted;
    private FeedListener current;
    private Session session;
    private Scheduler.Task timer;
    private int failures;
    private long openedNanos;

    FeedConnection(Upstream upstream, FeedRuntime dialler, Timeouts timeouts, Counters counters, Feed feed) {
        this.upstream = upstream;
        this.dialler = dialler;
        this.timeouts = timeouts;
        this.counters = counters;
        this.feed = feed;
        this.greetings = new Greetings(upstream.greeting());
    }

    /** Does nothing when it has been started. */
    synchronized void start() {
        if (wanted) {
            return;
        }
        wanted = true;
        failures = 0;
        sends.open();
        feed.changed(ChannelState.CONNECTING, "");
        next();
    }

    void stop(String reason) {
        Session open;
        Runnable tell;
        synchronized (this) {
            if (!wanted) {
                return;
            }
            wanted = false;
            open = session;
            session = null;
            current = null;
            timer.cancel();
            tell = sends.close();
            feed.changed(ChannelState.CLOSED, reason);
        }
        tell.run();
        if (open != null) {
            open.close(1000, null, Callback.from(() -> {}, failure -> open.disconnect()));
            dialler.scheduler().schedule(open::disconnect, 5, TimeUnit.SECONDS);
        }
    }

    void send(Payload payload, Consumer<SendResult> outcome) {
        sends.offer(payload, outcome);
    }

    /** Tells the feed these on each connection, and on the present one; false when they are too many. */
    boolean greet(Object owner, List<Payload> payloads) {
        synchronized (this) {
            if (!greetings.set(owner, payloads)) {
                return false;
            }
            if (session != null) {
                sends.greet(greetings.unsaid());
            }
        }
        sends.pump();
        return true;
    }

    /** What the owner said is not told to later connections. */
    void forget(Object owner) {
        greetings.forget(owner);
    }

    /** Begins an attempt; called while holding the lock. */
    private void next() {
        FeedListener attempt = new FeedListener(this);
        current = attempt;
        timer = dialler.scheduler()
                .schedule(
                        () -> lost(attempt, FeedStatus.TIMED_OUT, null),
                        timeouts.handshake().toMillis(),
                        TimeUnit.MILLISECONDS);
        dialler.executor().execute(() -> dial(attempt));
    }

    private void dial(FeedListener attempt) {
        ClientUpgradeRequest request = new ClientUpgradeRequest(upstream.address());
        upstream.headers().forEach(request::setHeader);
        if (!upstream.subprotocol().isEmpty()) {
            request.setSubProtocols(upstream.subprotocol());
        }
        try {
            dialler.webSocket().connect(attempt, request).whenComplete((opened, failure) -> {
                if (failure != null) {
                    lost(attempt, FeedStatus.UNREACHABLE, failure);
                }
            });
        } catch (IOException | RuntimeException failure) {
            lost(attempt, FeedStatus.UNREACHABLE, failure);
        }
    }

    // --- called by the attempt's listener

    void opened(FeedListener attempt, Session opened) {
        opened.setMaxTextMessageSize(MAX_MESSAGE_BYTES);
        opened.setMaxBinaryMessageSize(MAX_MESSAGE_BYTES);
        opened.setIdleTimeout(Duration.ZERO); // pings find dead peers
        boolean late;
        synchronized (this) {
            late = attempt != current;
            if (!late) {
                session = opened;
                timer.cancel();
                openedNanos = System.nanoTime();
                sends.use(opened, greetings.begin());
                feed.changed(ChannelState.OPEN, "");
                watchLater(attempt);
            }
        }
        if (late) {
            opened.disconnect();
            return;
        }
        LOG.atLevel(RARE.level(Level.INFO, upstream + " is open")).log("{} is open", upstream);
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

    /** The attempt failed or its connection ended: another one follows while the feed is wanted. */
    void lost(FeedListener attempt, String reason, Throwable cause) {
        Session dead;
        Runnable tell;
        long wait;
        synchronized (this) {
            if (attempt != current) {
                return;
            }
            dead = session;
            boolean lasted = dead != null
                    && System.nanoTime() - openedNanos > upstream.retryMax().toNanos();
            failures = lasted ? 0 : failures + (dead == null ? 1 : 0);
            wait = waitMillis(failures);
            session = null;
            current = null;
            timer.cancel();
            counters.reconnects().increment();
            tell = sends.lost(); // before anybody can know of it, so that what is sent then is queued
            feed.changed(ChannelState.RECONNECTING, reason);
            timer = dialler.scheduler().schedule(this::again, wait, TimeUnit.MILLISECONDS);
        }
        if (dead != null || failures == 1) {
            LOG.atLevel(RARE.level(Level.WARN, upstream + " is gone"))
                    .log(
                            "{}: {}; dialled again until it answers{}",
                            upstream,
                            new Printable(reason),
                            cause == null ? "" : ": " + cause);
        } else {
            LOG.debug("{}: {}; dialled again in {} ms", upstream, new Printable(reason), wait);
        }
        tell.run();
        if (dead != null) {
            dead.disconnect();
        }
    }

    private synchronized void again() {
        if (wanted && current == null) {
            next();
        }
    }

    /** Doubles with each failure up to the cap, less up to a half at random, so that gateways do not come in step. */
    private long waitMillis(int failures) {
        long doubled = upstream.retryMin().toMillis() << Math.min(failures, MAX_DOUBLINGS);
        long most = Math.max(2, Math.min(doubled, upstream.retryMax().toMillis()));
        return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    }

    // --- keep-alive

    private void watchLater(FeedListener attempt) {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong());
        dialler.scheduler().schedule(() -> watch(attempt), period, TimeUnit.MILLISECONDS);
    }

    private void watch(FeedListener attempt) {
        Session watched;
        PeerLiveness.Result finding;
        synchronized (this) {
            if (attempt != current || session == null) {
                return;
            }
            watched = session;
            long now = System.nanoTime();
            finding = attempt.life().check(now, timeouts.pingInterval(), timeouts.pong());
            if (finding == PeerLiveness.Result.PING_DUE) {
                attempt.life().pinged(now);
            }
            watchLater(attempt);
        }
        switch (finding) {
            case PING_DUE -> watched.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
            case SILENT -> lost(attempt, FeedStatus.SILENT, null);
            case FINE -> {}
        }
    }
}
