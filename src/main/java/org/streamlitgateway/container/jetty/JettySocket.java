package org.streamlitgateway.container.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.container.RawSocket;

/**
 * Socket of the included Jetty, server or client. It is the {@link Connection} that replaces HTTP's after the upgrade.
 */
public class JettySocket extends AbstractConnection implements Connection.UpgradeTo, RawSocket {
    private final Consumer<RawSocket> onOpen;
    private ByteBuffer bufferedInput;
    private boolean drained;

    public JettySocket(EndPoint endPoint, Executor executor, Consumer<RawSocket> onOpen) {
        super(endPoint, executor);
        this.onOpen = onOpen;
    }

    /** Receives bytes that arrived together with the handshake. */
    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        bufferedInput = buffer;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(0); // the keep-alive finds dead peers
        onOpen.accept(this);
    }

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        int fillSpace = fillSpace(bytes);
        int filled = getEndPoint().fill(bytes);
        drained = filled == 0 || filled < fillSpace && !getEndPoint().isSecure(); // TLS returns one record at a time
        return filled;
    }

    /** Returns the limit of one {@link #fill} in bytes. */
    public static int fillSpace(ByteBuffer bytes) {
        return BufferUtil.isEmpty(bytes) || BufferUtil.isFull(bytes) // then the space before the position is used, too
                ? bytes.capacity() - bytes.remaining()
                : BufferUtil.space(bytes);
    }

    @Override
    public boolean isDrained() {
        return drained;
    }

    @Override
    public void awaitReadable(Callback readable) {
        getEndPoint().fillInterested(readable);
    }

    @Override
    public boolean flush(ByteBuffer bytes) throws IOException {
        return getEndPoint().flush(bytes);
    }

    @Override
    public void write(ByteBuffer bytes, Callback accepted) {
        getEndPoint().write(accepted, bytes);
    }

    @Override
    public boolean isOpen() {
        return getEndPoint().isOpen();
    }

    @Override
    public void close() {
        getEndPoint().close();
    }

    @Override
    public ByteBuffer takeBufferedInput() {
        ByteBuffer bytes = bufferedInput;
        bufferedInput = null;
        return bytes;
    }

    @Override
    public void onFillable() {
        throw new IllegalStateException("awaitReadable registers another callback");
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return false;
    }
}
