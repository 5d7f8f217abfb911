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
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Tells a connection that was reset from one that was closed. Jetty takes both for the end of the input, and then a
 * body that is delimited by the end of the connection would look whole when it is not.
 */
final class ResetTelling extends ClientConnector {
    @Override
    protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        return channel instanceof SocketChannel socket
                ? new ResetTellingEndPoint(socket, selector, key, getScheduler())
                : super.newEndPoint(channel, selector, key);
    }

    private static final class ResetTellingEndPoint extends SingleBufferEndPoint {
        ResetTellingEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            if (isInputShutdown()) {
                return -1;
            }
            int position = BufferUtil.flipToFill(buffer);
            try {
                int filled = getChannel().read(buffer);
                if (filled > 0) {
                    notIdle();
                } else if (filled < 0) {
                    shutdownInput();
                }
                return filled;
            } catch (IOException reset) {
                close(reset);
                throw new EofException(reset);
            } finally {
                BufferUtil.flipToFlush(buffer, position);
            }
        }
    }
}
