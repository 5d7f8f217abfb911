package org.streamlitgateway.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/** Writes a single buffer with a plain write, the cheaper system call: there is nothing to gather. */
public abstract class SingleBufferEndPoint extends SocketChannelEndPoint {
    private final SelectionKey key;

    protected SingleBufferEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
        this.key = key;
    }

    /** One that the selector's thread has closed meanwhile has no interest left; Jetty learns it by an exception. */
    @Override
    public void updateKey() {
        if (key.isValid()) {
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
