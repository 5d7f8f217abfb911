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
 * A socket to Streamlit. It tells a connection that was reset from one that was closed: Jetty takes both for the end of
 * the input, and then a body that is delimited by the end of the connection would look whole when it is not. And it
 * gives bytes only while an answer is awaited.
 */
final class UpstreamEndPoint extends SingleBufferEndPoint {
    /** Reads in a row, after which other sockets of the same selector get their turn. */
    private static final int MAX_READS = 16;

    /** Guards {@link #awaited}, and reading: what was read before a request was sent is no answer to it. */
    private final Object turn = new Object();

    /** Speaks HTTP/1.1, so that each answer must have been asked for. */
    private boolean watched;

    /** A request has been sent whose answer has not come whole; once upgraded, for ever. */
    private boolean awaited;

    private boolean used;

    private volatile Runnable whenDrained;

    /** Touched only by the thread that reads. */
    private int reads;

    UpstreamEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    void readDirectly(Runnable whenDrained) {
        this.whenDrained = whenDrained;
    }

    /** From now on, bytes are given only between {@link #ask} and {@link #answered}. */
    void watchAnswers() {
        synchronized (turn) {
            watched = true;
        }
    }

    /** A request is about to be sent; false when the connection must not be used for it. */
    boolean ask() {
        synchronized (turn) {
            if (used && !isQuiet()) {
                return false;
            }
            used = true;
            awaited = true;
            return true;
        }
    }

    /** Whether a request has been sent on it. */
    boolean isUsed() {
        synchronized (turn) {
            return used;
        }
    }

    /** Whether there is nothing to read, not even an end. */
    private boolean isQuiet() {
        try {
            return isOpen() && !isInputShutdown() && getChannel().read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException lost) {
            return false;
        }
    }

    /** The answer is here whole: what comes from now on was not asked for. */
    void answered() {
        synchronized (turn) {
            awaited = false;
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (isInputShutdown()) {
            return -1;
        }
        boolean enough = whenDrained != null && ++reads > MAX_READS;
        int filled = enough ? 0 : read(buffer); // the selector finds it readable again when its turn comes
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
        int begin = buffer.position();
        try {
            synchronized (turn) {
                int count = getChannel().read(buffer);
                if (count <= 0 || awaited || !watched) {
                    return count;
                }
            }
            buffer.position(begin); // nobody asked for it
            return -1;
        } catch (IOException reset) {
            close(reset);
            throw new EofException(reset);
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
