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

/** A socket of our own Jetty's, client or server: what it puts in the place of HTTP when the socket has been upgraded. */
public class JettySocket extends AbstractConnection implements Connection.UpgradeTo, RawSocket {
    private final Consumer<RawSocket> onOpen;
    private ByteBuffer early;
    private boolean dry;

    public JettySocket(EndPoint endPoint, Executor executor, Consumer<RawSocket> onOpen) {
        super(endPoint, executor);
        this.onOpen = onOpen;
    }

    /** Bytes that came in one piece with the handshake. */
    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        early = buffer;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(0); // the keep-alive finds dead peers
        onOpen.accept(this);
    }

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        int room = room(bytes);
        int filled = getEndPoint().fill(bytes);
        dry = filled == 0 || filled < room && !getEndPoint().isSecure(); // TLS gives one record at a time
        return filled;
    }

    /** How much a fill gives at most. */
    public static int room(ByteBuffer bytes) {
        return BufferUtil.isEmpty(bytes) || BufferUtil.isFull(bytes) // then it is made at the end, too
                ? bytes.capacity() - bytes.remaining()
                : BufferUtil.space(bytes);
    }

    @Override
    public boolean isDry() {
        return dry;
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
    public void write(ByteBuffer bytes, Callback taken) {
        getEndPoint().write(taken, bytes);
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
    public ByteBuffer takeEarly() {
        ByteBuffer taken = early;
        early = null;
        return taken;
    }

    @Override
    public void onFillable() {
        throw new IllegalStateException("the side asks by itself");
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return false;
    }
}
