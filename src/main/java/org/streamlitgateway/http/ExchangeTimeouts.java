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
 * Aborts exchanges in which Streamlit has been silent for too long, whose client has disconnected, or whose request body
 * arrives too slowly. One timer checks all exchanges. Only time in which Streamlit must act counts. Thread-safe.
 */
public final class ExchangeTimeouts {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTimeouts.class);
    private static final long PERIOD_MILLIS = 250;

    /** How long the result of a probe is valid. */
    private static final Duration MAX_PROBE_AGE = Duration.ofSeconds(1);

    /** Wait for the response after a successful probe: a Streamlit that was busy answers both. */
    private static final long GRACE_AFTER_PROBE_MILLIS = 1000;

    private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
    private final Scheduler scheduler;
    private final DisconnectDetector disconnects;
    private volatile long timeoutNanos;
    private volatile long minBodyRate;
    private volatile boolean stopped;

    public ExchangeTimeouts(Scheduler scheduler, long timeoutNanos, DisconnectDetector disconnects) {
        this.scheduler = scheduler;
        this.timeoutNanos = timeoutNanos;
        this.disconnects = disconnects;
    }

    /** Sets the minimum rate of request bodies, in bytes per second; applies to running exchanges as well. */
    public void setMinBodyRate(long bytesPerSecond) {
        this.minBodyRate = bytesPerSecond;
    }

    /** Sets the longest silence of Streamlit; applies to running exchanges as well. */
    public void setTimeoutNanos(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    public void start() {
        scheduler.schedule(this::check, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    public void stop() {
        stopped = true;
    }

    void add(Exchange exchange) {
        disconnects.watch(exchange.request);
        exchanges.add(exchange);
    }

    void remove(Exchange exchange) {
        exchanges.remove(exchange);
    }

    /** Returns whether an exchange with one of these replicas is in progress. */
    public boolean isUsing(Collection<Replica> replicas) {
        return exchanges.stream().anyMatch(exchange -> replicas.contains(exchange.route.replica()));
    }

    /** Returns the number of exchanges in progress. */
    public int exchangeCount() {
        return exchanges.size();
    }

    private void check() {
        if (stopped) {
            return;
        }
        try {
            long now = System.nanoTime();
            for (Exchange exchange : exchanges) {
                check(exchange, now);
            }
        } finally {
            start(); // even after an error: every exchange depends on the timer
        }
    }

    private void check(Exchange exchange, long now) {
        try {
            if (exchange.isRequestRead() && !exchange.isEnded() && disconnects.isGone(exchange.request)) {
                exchange.clientGone(new IOException("the client has disconnected"));
            }
            exchange.expire(now, timeoutNanos); // also a recording whose client has disconnected
            exchange.expireBody(now, minBodyRate);
            if (exchange.takeProbe(now)) {
                exchange.route.replica().probe(MAX_PROBE_AGE).thenAccept(result -> probed(exchange, result));
            }
        } catch (RuntimeException e) {
            LOG.warn("cannot check the timeouts of {}: {}", new Printable(exchange.target), FailureText.of(e));
        }
    }

    /** Abandons the connection if Streamlit answers on another one. The request is not repeated on a busy Streamlit. */
    private void probed(Exchange exchange, Replica.ProbeResult result) {
        if (result == Replica.ProbeResult.ANSWERS) {
            scheduler.schedule(exchange::abandonConnection, GRACE_AFTER_PROBE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
