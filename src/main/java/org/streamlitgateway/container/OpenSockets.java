package org.streamlitgateway.container;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The sockets that a container has handed over, for a container that goes on without us. Thread-safe. */
public final class OpenSockets {
    /** For browsers that have been told to close, to answer. */
    private static final long ANSWER_MILLIS = 500;

    private static final long LOOK_MILLIS = 5;

    private final Set<RawSocket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public void add(RawSocket wire) {
        open.add(wire);
        if (closed) {
            wire.close(); // it was on its way when the others were closed
        }
    }

    public void remove(RawSocket wire) {
        open.remove(wire);
    }

    /** Closes all, those that open later, too: afterwards there is no class to close them with. */
    public void close() {
        closed = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
        while (!open.isEmpty() && !Thread.currentThread().isInterrupted() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
        open.forEach(RawSocket::close);
    }
}
