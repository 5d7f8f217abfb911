package org.streamlitgateway.upstream.client;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;

/** Connector whose sockets are {@link UpstreamEndPoint}s. */
final class UpstreamConnector extends ClientConnector {
    UpstreamConnector() {}

    /**
     * Lets the selector's thread read the connection and call its listener; see {@link UpstreamClient#readDirectly}.
     *
     * @return false if the endpoint was not created by this connector; nothing is changed then
     */
    static boolean readDirectly(EndPoint endPoint, Runnable whenDrained) {
        if (endPoint instanceof UpstreamEndPoint socket) {
            socket.readDirectly(whenDrained);
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
}
