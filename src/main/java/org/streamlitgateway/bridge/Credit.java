package org.streamlitgateway.bridge;

import java.util.concurrent.TimeUnit;

/**
 * How many bytes may be under way from the browser to Streamlit. The container's thread that delivers them waits here
 * while Streamlit is slow; that is the back-pressure on the browser, and Jakarta WebSocket has no other.
 */
final class Credit {
    /** One message of any size may go when nothing else is under way. */
    static final int MAX_BYTES = 1024 * 1024;

    private long underWay;
    private boolean closed;

    /**
     * Waits until there is room.
     *
     * @return false when nothing moved for the whole time, or the session ended
     */
    synchronized boolean take(int bytes, long stallMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(stallMillis);
        long seen = underWay;
        while (!closed && underWay > 0 && underWay + bytes > MAX_BYTES) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
            if (underWay != seen) {
                seen = underWay;
                deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(stallMillis);
            }
        }
        underWay += bytes;
        return !closed;
    }

    synchronized void give(int bytes) {
        underWay -= bytes;
        notifyAll();
    }

    /** Nothing is under way: a silent Streamlit is really silent. */
    synchronized boolean isIdle() {
        return underWay == 0;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
