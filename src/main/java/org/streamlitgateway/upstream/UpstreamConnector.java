package org.streamlitgateway.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/** Connects to Streamlit, by sockets that tell a little more than Jetty's do. */
public final class UpstreamConnector extends ClientConnector {
    /** Reads in a row, after which other sockets of the same selector get their turn. */
    private static final int MAX_READS = 16;

    UpstreamConnector() {}

    /**
     * For a connection whose listener never waits and does little: when the selector finds it readable, the selector's
     * thread reads it, and calls the listener.
     *
     * @param whenDrained run by the thread that reads, one at a time, when it has read all that was there; not at the end
     *     of the input
     * @return false when the socket is none of ours, and nothing has changed
     */
    public static boolean readDirectly(EndPoint endPoint, Runnable whenDrained) {
        if (endPoint instanceof UpstreamEndPoint ours) {
            ours.whenDrained = whenDrained;
            return true;
        }
        return false;
    }

    @Override
    protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        return channel instanceof SocketChannel socket
                ? new UpstreamEndPoint(socket, selector, key, getScheduler())
                : super.newEndPoint(channel, selector, key);
    }

    /**
     * Tells a connection that was reset from one that was closed. Jetty takes both for the end of the input, and then a
     * body that is delimited by the end of the connection would look whole when it is not.
     */
    private static final class UpstreamEndPoint extends SingleBufferEndPoint {
        private volatile Runnable whenDrained;

        /** Touched only by the thread that reads. */
        private int reads;

        UpstreamEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
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
            try {
                return getChannel().read(buffer);
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
