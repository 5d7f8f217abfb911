package org.streamlitgateway.websocket.peer;

import java.nio.ByteBuffer;

/**
 * Count of bytes that were sent to a peer and not acknowledged by a pong. Sent bytes can stay in the buffers of the
 * system or of a proxy for minutes. Each ping therefore carries the number of bytes sent before it, and its pong shows
 * that the peer has read them. One thread at a time calls {@link #add} and {@link #nextPingPayload}; the other methods
 * are thread-safe.
 */
public final class UnacknowledgedBytes {
    /** Bytes after which a ping is due, so that a slow reader is seen to read. */
    private static final long PING_BYTES = 256 * 1024;

    private volatile long sent;
    private volatile long acknowledged;
    private long sentBeforePing;

    /** Adds bytes that are about to be sent. */
    public void add(int bytes) {
        long before = sent; // no other thread writes it
        sent = before + bytes;
    }

    /** Whether enough was sent since the last ping to send another. */
    public boolean isPingDue() {
        return sent - sentBeforePing > PING_BYTES;
    }

    /** Returns the payload of a ping that is sent next. */
    public byte[] nextPingPayload() {
        sentBeforePing = sent;
        return ByteBuffer.allocate(Long.BYTES).putLong(sentBeforePing).array();
    }

    /** Evaluates the payload of a pong; a payload that is not from {@link #nextPingPayload} is ignored. */
    public void pongReceived(byte[] payload) {
        if (payload.length == Long.BYTES) {
            long bytes = ByteBuffer.wrap(payload).getLong();
            if (bytes > acknowledged && bytes <= sent) {
                acknowledged = bytes;
            }
        }
    }

    /** Returns the number of bytes that were sent and not acknowledged. */
    public long bytes() {
        return sent - acknowledged;
    }
}
