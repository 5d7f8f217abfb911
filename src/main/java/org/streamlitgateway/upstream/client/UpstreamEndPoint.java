package org.streamlitgateway.upstream.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Socket to Streamlit. Reports a reset as a failure: Jetty takes it for the end of the input, and a body delimited by the
 * end of the connection would seem complete. Delivers bytes only while a response is expected.
 */
final class UpstreamEndPoint extends SingleBufferEndPoint {
    /** Consecutive reads before other sockets of the same selector are served. */
    private static final int MAX_READS = 16;

    /** Guards reading and the three flags below: bytes read before a request was sent are not its response. */
    private final Object lock = new Object();

    /** Whether bytes are accepted only as part of a response: set for HTTP/1.1. */
    private boolean rejectsUnexpectedBytes;

    /** Whether the response to a request has not arrived whole; stays true after an upgrade. */
    private boolean responseExpected;

    private boolean used;

    private volatile Runnable whenDrained;

    /** Number of consecutive reads; used only by the thread that reads. */
    private int reads;

    UpstreamEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    void readDirectly(Runnable whenDrained) {
        this.whenDrained = whenDrained;
    }

    /** Accepts bytes only between {@link #beginRequest} and {@link #endResponse} from now on. */
    void rejectUnexpectedBytes() {
        synchronized (lock) {
            rejectsUnexpectedBytes = true;
        }
    }

    /** Notes that a request is about to be sent. Returns false if the connection must not be used for it. */
    boolean beginRequest() {
        synchronized (lock) {
            if (used && !isIdle()) {
                return false;
            }
            used = true;
            responseExpected = true;
            return true;
        }
    }

    /** Returns whether a request has been sent on this connection. */
    boolean isUsed() {
        synchronized (lock) {
            return used;
        }
    }

    /** Returns whether the connection is open and has nothing to read. */
    private boolean isIdle() {
        try {
            return isOpen() && !isInputShutdown() && getChannel().read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Notes that the response has arrived whole: further bytes are unexpected. */
    void endResponse() {
        synchronized (lock) {
            responseExpected = false;
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (isInputShutdown()) {
            return -1;
        }
        boolean enough = whenDrained != null && ++reads > MAX_READS;
        int filled = enough ? 0 : read(buffer); // after 0, the selector reports the socket again after the others
        if (filled > 0) {
            notIdle();
        } else if (filled < 0) {
            shutdownInput();
        } else if (whenDrained != null) {
            reads = 0;
            whenDrained.run();
        }
        return filled;
    }

    private int read(ByteBuffer buffer) throws IOException {
        int position = BufferUtil.flipToFill(buffer);
        int start = buffer.position();
        try {
            synchronized (lock) {
                int count = getChannel().read(buffer);
                if (count <= 0 || responseExpected || !rejectsUnexpectedBytes) {
                    return count;
                }
            }
            buffer.position(start); // drops the unexpected bytes and ends the connection
            return -1;
        } catch (IOException e) {
            close(e);
            throw new EofException(e);
        } finally {
            BufferUtil.flipToFlush(buffer, position);
        }
    }

    @Override
    public void fillInterested(Callback callback) {
        super.fillInterested(whenDrained == null ? callback : new NonBlocking(callback));
    }

    private static final class NonBlocking extends Callback.Nested {
        NonBlocking(Callback callback) {
            super(callback);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
