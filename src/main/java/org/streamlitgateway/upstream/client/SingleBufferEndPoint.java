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
 * A socket with less effort than Jetty's: a single buffer goes out by a plain write, the cheaper system call, as there is
 * nothing to gather; and one that is closed costs no exception.
 */
public abstract class SingleBufferEndPoint extends SocketChannelEndPoint {
    protected SingleBufferEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** Called by the selector. One that is closed has no interest in anything; Jetty's learns it by an exception. */
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
        } catch (IOException lost) {
            throw new EofException(lost);
        }
        return !buffers[0].hasRemaining();
    }
}
