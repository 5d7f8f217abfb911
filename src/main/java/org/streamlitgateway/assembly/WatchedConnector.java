package org.streamlitgateway.assembly;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.streamlitgateway.upstream.SingleBufferEndPoint;

/** A connector whose connections can be asked whether the client has left, while a request waits for its answer. */
final class WatchedConnector extends ServerConnector {
    WatchedConnector(Server server, int acceptors, int selectors, ConnectionFactory... factories) {
        super(server, acceptors, selectors, factories);
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint = new WatchedEndPoint(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    /** The way to the connection under a servlet request; HTTP/2 tells by itself, by resetting the stream. */
    static boolean isGone(HttpServletRequest request) {
        ConnectionMetaData metaData =
                ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
        Connection connection = metaData.getConnection();
        if (connection == null || metaData.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion()) {
            return false;
        }
        EndPoint endPoint = connection.getEndPoint();
        if (endPoint instanceof SslConnection.SslEndPoint ssl) {
            endPoint = ssl.getSslConnection().getEndPoint();
        }
        return endPoint instanceof WatchedEndPoint watched && watched.isGone();
    }

    /**
     * Looks ahead by one byte, which the next {@link #fill} hands over first. A client that has sent its request and
     * stays sends nothing, or the next request, which is longer than a byte, so the selector still tells of the rest.
     */
    private static final class WatchedEndPoint extends SingleBufferEndPoint {
        private final ByteBuffer ahead = ByteBuffer.allocate(1).limit(0);

        WatchedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        boolean isGone() {
            synchronized (ahead) {
                if (!isOpen()) {
                    return true;
                }
                if (ahead.hasRemaining() || isInputShutdown()) {
                    return isInputShutdown();
                }
                try {
                    ahead.clear();
                    int read = getChannel().read(ahead);
                    return read < 0;
                } catch (IOException lost) {
                    return true;
                } finally {
                    ahead.flip();
                }
            }
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            synchronized (ahead) {
                if (!ahead.hasRemaining()) {
                    return super.fill(buffer);
                }
                int position = BufferUtil.flipToFill(buffer);
                buffer.put(ahead);
                BufferUtil.flipToFlush(buffer, position);
                return 1 + Math.max(0, super.fill(buffer));
            }
        }
    }
}
