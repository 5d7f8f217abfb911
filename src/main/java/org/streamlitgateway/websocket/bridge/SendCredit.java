package org.streamlitgateway.websocket.bridge;

/**
 * Bound on the bytes in transit from the browser to Streamlit. While Streamlit is slow, the container's thread that
 * delivers messages waits in {@link #acquire}. This is the back-pressure on the browser; Jakarta WebSocket has no
 * other. Thread-safe.
 */
final class SendCredit {
    /** A single message may exceed it when nothing else is in transit. */
    static final int MAX_BYTES = 1024 * 1024;

    private long pending;
    private long progressNanos;
    private boolean closed;

    /**
     * Waits until the bytes fit. A caller of {@link #stalledNanos} ends the session if Streamlit makes no progress.
     *
     * @return false if the session has ended
     */
    synchronized boolean acquire(int bytes) throws InterruptedException {
        while (!closed && pending > 0 && pending + bytes > MAX_BYTES) {
            wait();
        }
        if (pending == 0) {
            progressNanos = System.nanoTime();
        }
        pending += bytes;
        return !closed;
    }

    synchronized void release(int bytes) {
        pending -= bytes;
        progressNanos = System.nanoTime();
        notifyAll();
    }

    /** Returns for how long Streamlit has accepted nothing of the bytes in transit; 0 if there are none. */
    synchronized long stalledNanos(long now) {
        return pending == 0 ? 0 : Math.max(1, now - progressNanos);
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
