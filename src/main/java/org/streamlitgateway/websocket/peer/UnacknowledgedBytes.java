package org.streamlitgateway.websocket.peer;

import java.nio.ByteBuffer;

/**
 * Bytes on their way to a peer. What the system has taken may lie in its buffers, or in those of a proxy, for minutes;
 * that a peer has read it is known when the pong comes back to a ping that was sent behind it. Each ping carries how much
 * was sent before it. One thread at a time adds and marks; the rest is for any thread.
 */
public final class UnacknowledgedBytes {
    /** After so many bytes a ping is due, so that a peer that reads slowly is seen to read. */
    private static final long MARK_BYTES = 256 * 1024;

    private volatile long sent;
    private volatile long taken;
    private long marked;

    /** So many more are about to be sent. */
    public void add(int bytes) {
        long before = sent; // no other thread writes it
        sent = before + bytes;
    }

    /** Whether much has been sent since the last ping. */
    public boolean isMarkDue() {
        return sent - marked > MARK_BYTES;
    }

    /** The payload of a ping that is sent now. */
    public byte[] mark() {
        marked = sent;
        return ByteBuffer.allocate(Long.BYTES).putLong(marked).array();
    }

    /** A pong has come; any other than to a ping of ours says nothing. */
    public void taken(byte[] payload) {
        if (payload.length == Long.BYTES) {
            long bytes = ByteBuffer.wrap(payload).getLong();
            if (bytes > taken && bytes <= sent) {
                taken = bytes;
            }
        }
    }

    /** How many have been sent and are not known to have been taken. */
    public long bytes() {
        return sent - taken;
    }
}
