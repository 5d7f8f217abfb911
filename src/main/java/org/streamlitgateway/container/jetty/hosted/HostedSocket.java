package org.streamlitgateway.container.jetty.hosted;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.jetty.JettySocket;

/** Socket taken over from the hosting Jetty. */
final class HostedSocket implements RawSocket {
    private static final Logger LOG = LoggerFactory.getLogger(HostedSocket.class);

    private final HostedApi.EndPoint endPoint;
    private final Consumer<RawSocket> onOpen;
    private final OpenSockets open;

    private Object readCallback;
    private Object writeCallback;
    private ByteBuffer bufferedInput;
    private boolean drained;

    HostedSocket(HostedApi.EndPoint endPoint, Consumer<RawSocket> onOpen, OpenSockets open) {
        this.endPoint = endPoint;
        this.onOpen = onOpen;
        this.open = open;
    }

    // --- events of the connection

    /** Called with bytes that arrived together with the handshake. */
    void upgraded(ByteBuffer bytes) {
        bufferedInput = bytes;
    }

    /** Called after the 101 has been sent. */
    void opened() {
        endPoint.setIdleTimeout(0); // the keep-alive finds dead peers
        try {
            onOpen.accept(this);
        } catch (RuntimeException | Error e) {
            LOG.error("unexpected failure on a Jetty socket; closing it", e);
            close();
        }
        open.add(this);
        if (!isOpen()) {
            open.remove(this);
        }
    }

    /** Resets the idle timeout, which Jetty sets when it is low on resources and when it stops. */
    void idleExpired() {
        endPoint.setIdleTimeout(0);
    }

    void closed() {
        open.remove(this);
    }

    // --- use by the relay

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        int fillSpace = JettySocket.fillSpace(bytes);
        int filled = endPoint.fill(bytes);
        drained = filled == 0 || filled < fillSpace && !endPoint.isSecure(); // TLS returns one record at a time
        return filled;
    }

    @Override
    public boolean isDrained() {
        return drained;
    }

    @Override
    public void awaitReadable(Callback callback) {
        if (readCallback == null) {
            readCallback = endPoint.callback(callback);
        }
        endPoint.fillInterested(readCallback);
    }

    @Override
    public boolean flush(ByteBuffer bytes) throws IOException {
        return endPoint.flush(bytes);
    }

    @Override
    public void write(ByteBuffer bytes, Callback callback) {
        if (writeCallback == null) {
            writeCallback = endPoint.callback(callback);
        }
        endPoint.write(writeCallback, bytes);
    }

    @Override
    public ByteBuffer takeBufferedInput() {
        ByteBuffer bytes = bufferedInput;
        bufferedInput = null;
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return endPoint.isOpen();
    }

    @Override
    public void close() {
        endPoint.close();
    }
}
