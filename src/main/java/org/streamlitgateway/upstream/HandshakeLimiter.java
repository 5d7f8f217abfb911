package org.streamlitgateway.upstream;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.HostPort;

/**
 * Limits the WebSocket handshakes in progress with one replica, and queues the others in their order of arrival.
 *
 * <p>Streamlit creates a session for each handshake that it receives, even if the client has disconnected or the connection
 * was reset. Many such sessions evict those of browsers that have disconnected for a moment. Thread-safe.
 */
final class HandshakeLimiter {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLimiter.class);
    private static final int MAX_UNANSWERED = 16;
    private static final int MAX_WAITING = 4096;

    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<HostPort> address;

    /** Guarded by this, as are the fields below. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private int unanswered;

    /** Whether a thread is running queued handshakes. Only one does, so that the stack does not grow with the queue. */
    private boolean running;

    private long loggedNanos = System.nanoTime() - LOG_NANOS;

    HandshakeLimiter(Supplier<HostPort> address) {
        this.address = address;
    }

    /**
     * Runs a handshake now or later; {@link #answered} must follow each that was run.
     *
     * @return false if the queue is full
     */
    boolean enter(Runnable handshake) {
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING) {
                return false;
            }
            waiting.add(handshake);
        }
        runQueued();
        return true;
    }

    /** Withdraws a waiting handshake. Does nothing if it was run already. */
    synchronized void withdraw(Runnable handshake) {
        waiting.remove(handshake);
    }

    /** Ends a handshake that was run, answered or abandoned. */
    void answered() {
        synchronized (this) {
            unanswered--;
        }
        runQueued();
    }

    private void runQueued() {
        for (Runnable next = next(false); next != null; next = next(true)) {
            next.run();
        }
    }

    /** Returns the next handshake to run. {@code continuing} tells the thread that is running them from others. */
    private synchronized Runnable next(boolean continuing) {
        if (running && !continuing) {
            return null; // the running thread checks again
        }
        running = unanswered < MAX_UNANSWERED && !waiting.isEmpty();
        if (!running) {
            return null;
        }
        unanswered++;
        return waiting.poll();
    }

    /** Logs, at most once a minute, that a handshake waited too long or could not be queued. */
    void refused() {
        int queue;
        synchronized (this) {
            if (System.nanoTime() - loggedNanos < LOG_NANOS) {
                return;
            }
            loggedNanos = System.nanoTime();
            queue = waiting.size();
        }
        LOG.warn(
                "replica {} answers WebSocket handshakes too slowly: {} are queued, and some were refused",
                address.get(),
                queue);
    }
}
