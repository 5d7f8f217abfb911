package org.streamlitgateway.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.container.DisconnectDetector;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.upstream.Replica;

/**
 * Ends exchanges in which Streamlit has been silent for too long, and those whose client has left. One timer looks at
 * all of them, so that an exchange costs no timer of its own; it counts only time in which it is Streamlit's turn.
 */
public final class ExchangeTimeouts {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTimeouts.class);
    private static final long PERIOD_MILLIS = 250;

    /** How long what is known of a Streamlit's health holds. */
    private static final Duration HEALTH_AGE = Duration.ofSeconds(1);

    /** A Streamlit that was busy answers the question for its health, and then the request. */
    private static final long ABOUT_TO_ANSWER_MILLIS = 1000;

    private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
    private final Scheduler scheduler;
    private volatile long timeoutNanos;
    private volatile long minBodyRate;
    private final DisconnectDetector presence;
    private volatile boolean stopped;

    public ExchangeTimeouts(Scheduler scheduler, long timeoutNanos, DisconnectDetector presence) {
        this.scheduler = scheduler;
        this.timeoutNanos = timeoutNanos;
        this.presence = presence;
    }

    /** Least rate of requests' bodies from now on, in bytes per second. */
    public void setMinBodyRate(long bytesPerSecond) {
        this.minBodyRate = bytesPerSecond;
    }

    /** For what is waited for from now on. */
    public void setTimeoutNanos(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    public void start() {
        scheduler.schedule(this::look, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    public void stop() {
        stopped = true;
    }

    void watch(Exchange exchange) {
        presence.watch(exchange.request);
        exchanges.add(exchange);
    }

    void forget(Exchange exchange) {
        exchanges.remove(exchange);
    }

    /** Whether one of these replicas is being asked something. */
    public boolean isUsing(Collection<Replica> replicas) {
        return exchanges.stream().anyMatch(exchange -> replicas.contains(exchange.route.replica()));
    }

    /** How many exchanges are on their way. */
    public int exchangeCount() {
        return exchanges.size();
    }

    private void look() {
        if (stopped) {
            return;
        }
        try {
            long now = System.nanoTime();
            for (Exchange exchange : exchanges) {
                look(exchange, now);
            }
        } finally {
            start(); // whatever happens: every exchange relies on it
        }
    }

    private void look(Exchange exchange, long now) {
        try {
            if (exchange.isRequestRead() && !exchange.isEnded() && presence.isGone(exchange.request)) {
                exchange.clientGone(new IOException("the client has left"));
            }
            exchange.expire(now, timeoutNanos); // a recording goes on without its client, but not for ever
            exchange.expireBody(now, minBodyRate);
            if (exchange.isDoubtful(now)) {
                exchange.route.replica().probe(HEALTH_AGE).thenAccept(found -> judge(exchange, found));
            }
        } catch (RuntimeException unexpected) {
            LOG.warn("{} cannot be looked after: {}", new Printable(exchange.target), FailureText.of(unexpected));
        }
    }

    /** A Streamlit that is busy is not asked twice. */
    private void judge(Exchange exchange, Replica.ProbeResult found) {
        if (found == Replica.ProbeResult.ANSWERS) {
            scheduler.schedule(exchange::giveUpConnection, ABOUT_TO_ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
