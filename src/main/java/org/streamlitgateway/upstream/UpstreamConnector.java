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
import org.eclipse.jetty.websocket.core.WebSocketConnection;

/** Connects to Streamlit, by sockets that tell a little more than Jetty's do. */
public final class UpstreamConnector extends ClientConnector {
    UpstreamConnector() {}

    /**
     * Runs the task each time all has been read that was there to be read, on the thread that reads.
     *
     * @return false when the socket is none of ours and will never tell
     */
    public static boolean whenDrained(EndPoint endPoint, Runnable task) {
        if (endPoint instanceof UpstreamEndPoint ours) {
            ours.whenDrained = task;
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
        private volatile Runnable whenDrained = () -> {};

        UpstreamEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            if (isInputShutdown()) {
                return -1;
            }
            int filled = read(buffer);
            if (filled > 0) {
                notIdle();
            } else if (filled < 0) {
                shutdownInput();
            } else {
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

        /** No listener of a WebSocket waits, so there needs to be no thread between the selector's and it. */
        @Override
        public void fillInterested(Callback callback) {
            super.fillInterested(getConnection() instanceof WebSocketConnection ? new NonBlocking(callback) : callback);
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
