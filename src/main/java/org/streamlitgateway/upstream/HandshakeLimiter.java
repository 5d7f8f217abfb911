package org.streamlitgateway.upstream;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.HostPort;

/**
 * Lets handshakes go to one Streamlit as fast as it answers them: a few at a time, the others in the order in which they
 * came. A Streamlit that has been sent a handshake makes a session of it even when nobody waits for the answer any more,
 * not even a reset of the connection keeps it from that; a hundred of those push out the sessions of browsers that are
 * away for a moment. Thread-safe.
 */
final class HandshakeLimiter {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLimiter.class);
    private static final int MAX_UNANSWERED = 16;
    private static final int MAX_WAITING = 4096;

    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<HostPort> address;

    /** Guarded by this, as is all that follows. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private int unanswered;

    /** A thread is letting in those who wait: one, so that no call goes deeper with each of them. */
    private boolean letting;

    private long loggedNanos = System.nanoTime() - LOG_NANOS;

    HandshakeLimiter(Supplier<HostPort> address) {
        this.address = address;
    }

    /**
     * Runs it now, or when it is its turn; {@link #answered} is to follow for each that was run.
     *
     * @return false when too many wait already
     */
    boolean enter(Runnable handshake) {
        synchronized (this) {
            if (waiting.size() >= MAX_WAITING) {
                return false;
            }
            waiting.add(handshake);
        }
        letIn();
        return true;
    }

    /** Takes one back that waits; it does not matter when it has been run. */
    synchronized void leave(Runnable handshake) {
        waiting.remove(handshake);
    }

    /** One is over, be it that nobody waits for it any more. */
    void answered() {
        synchronized (this) {
            unanswered--;
        }
        letIn();
    }

    private void letIn() {
        for (Runnable next = next(false); next != null; next = next(true)) {
            next.run();
        }
    }

    private synchronized Runnable next(boolean mine) {
        if (letting && !mine) {
            return null; // who lets in looks once more
        }
        letting = unanswered < MAX_UNANSWERED && !waiting.isEmpty();
        if (!letting) {
            return null;
        }
        unanswered++;
        return waiting.poll();
    }

    /** One has waited for too long, or could not even wait: said once a minute. */
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
                "{} answers WebSocket handshakes more slowly than browsers come: {} wait, and some are told to come back",
                address.get(),
                queue);
    }
}
