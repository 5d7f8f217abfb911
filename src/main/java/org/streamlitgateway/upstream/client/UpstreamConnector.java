package org.streamlitgateway.upstream.client;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;

/** Connects to Streamlit, by sockets that tell a little more than Jetty's do. */
final class UpstreamConnector extends ClientConnector {
    UpstreamConnector() {}

    /**
     * For a connection whose listener never waits and does little: when the selector finds it readable, the selector's
     * thread reads it, and calls the listener.
     *
     * @param whenDrained run by the thread that reads, one at a time, when it has read all that was there; not at the end
     *     of the input
     * @return false when the socket is none of ours, and nothing has changed
     */
    static boolean readDirectly(EndPoint endPoint, Runnable whenDrained) {
        if (endPoint instanceof UpstreamEndPoint ours) {
            ours.readDirectly(whenDrained);
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
