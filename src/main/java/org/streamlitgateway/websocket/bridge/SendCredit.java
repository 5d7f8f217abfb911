package org.streamlitgateway.websocket.bridge;

/**
 * How many bytes may be under way from the browser to Streamlit. The container's thread that delivers them waits here
 * while Streamlit is slow; that is the back-pressure on the browser, and Jakarta WebSocket has no other.
 */
final class SendCredit {
    /** One message of any size may go when nothing else is under way. */
    static final int MAX_BYTES = 1024 * 1024;

    private long underWay;
    private long movedNanos;
    private boolean closed;

    /**
     * Waits until there is room, or the session has ended: who looks at {@link #stalledNanos} ends it.
     *
     * @return false when it has ended
     */
    synchronized boolean take(int bytes) throws InterruptedException {
        while (!closed && underWay > 0 && underWay + bytes > MAX_BYTES) {
            wait();
        }
        if (underWay == 0) {
            movedNanos = System.nanoTime();
        }
        underWay += bytes;
        return !closed;
    }

    synchronized void give(int bytes) {
        underWay -= bytes;
        movedNanos = System.nanoTime();
        notifyAll();
    }

    /** How long Streamlit has taken nothing of what is under way; 0 when nothing is. */
    synchronized long stalledNanos(long now) {
        return underWay == 0 ? 0 : Math.max(1, now - movedNanos);
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
