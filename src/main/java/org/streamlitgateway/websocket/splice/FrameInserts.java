package org.streamlitgateway.websocket.splice;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The gateway's own frames for one peer, which wait for the end of the frame that is being forwarded. There is at most one
 * of each kind. Any thread may add one; only the loop of the pipe takes them, and sets a replacement.
 */
final class FrameInserts {
    private final Peer sink;
    private final AtomicReference<ByteBuffer> pong = new AtomicReference<>();
    private volatile boolean pingRequested;
    private volatile ByteBuffer close;
    private ByteBuffer replacement;
    private boolean closeTaken;

    FrameInserts(Peer sink) {
        this.sink = sink;
    }

    void requestPing() {
        pingRequested = true;
    }

    /** Sets the pong; it replaces one that is not yet written (RFC 6455 section 5.5.3). */
    void setPong(ByteBuffer frame) {
        pong.set(frame);
    }

    /** Sets the close frame, the last one that is written. */
    void setClose(ByteBuffer frame) {
        close = frame;
    }

    /** Sets the message that replaces an inspected one; it is written before all others. */
    void setReplacement(ByteBuffer message) {
        replacement = message;
    }

    boolean hasClose() {
        return close != null;
    }

    /** Whether {@link #take} has returned the close frame. */
    boolean isCloseTaken() {
        return closeTaken;
    }

    boolean isEmpty() {
        return close == null && !pingRequested && replacement == null && pong.get() == null && !sink.isPingDue();
    }

    /** Takes the next frame: the replacement, a pong, a ping, and at last the close frame. */
    ByteBuffer take() {
        ByteBuffer next = replacement;
        if (next != null) {
            replacement = null;
            return next;
        }
        next = pong.getAndSet(null);
        if (next != null) {
            return next;
        }
        if (pingRequested || close == null) { // or the sink's ping is due
            pingRequested = false;
            return sink.ping();
        }
        closeTaken = true;
        return close;
    }
}
