package org.streamlitgateway.upstream.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Socket endpoint with less overhead than Jetty's: writes a single buffer by a plain write, which is cheaper than a
 * gathering one, and throws no exception when it is closed.
 */
public abstract class SingleBufferEndPoint extends SocketChannelEndPoint {
    protected SingleBufferEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** Called by the selector. Ignores a closed channel, which costs Jetty's endpoint an exception. */
    @Override
    public void updateKey() {
        if (getChannel().isOpen()) {
            super.updateKey();
        }
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        if (buffers.length != 1) {
            return super.flush(buffers);
        }
        try {
            if (getChannel().write(buffers[0]) > 0) {
                notIdle();
            }
        } catch (IOException e) {
            throw new EofException(e);
        }
        return !buffers[0].hasRemaining();
    }
}
