package org.streamlitgateway.container;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sockets taken over from a container that keeps running when the gateway is undeployed. Thread-safe. */
public final class OpenSockets {
    /** Time for browsers to answer their close frames. */
    private static final long MAX_WAIT_MILLIS = 500;

    private static final long CHECK_MILLIS = 5;

    private final Set<RawSocket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public void add(RawSocket socket) {
        open.add(socket);
        if (closed) {
            socket.close(); // it opened while the others were being closed
        }
    }

    public void remove(RawSocket socket) {
        open.remove(socket);
    }

    /** Closes all sockets, and those that open later. Waits, briefly, for browsers to close theirs. */
    public void close() {
        closed = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS);
        while (!open.isEmpty() && !Thread.currentThread().isInterrupted() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CHECK_MILLIS));
        }
        open.forEach(RawSocket::close);
    }
}
