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

/** A socket of the Jetty that is the container. */
final class HostedSocket implements RawSocket {
    private static final Logger LOG = LoggerFactory.getLogger(HostedSocket.class);

    private final HostedApi.EndPoint endPoint;
    private final Consumer<RawSocket> onOpen;
    private final OpenSockets open;

    private Object readable;
    private Object taken;
    private ByteBuffer early;
    private boolean dry;

    HostedSocket(HostedApi.EndPoint endPoint, Consumer<RawSocket> onOpen, OpenSockets open) {
        this.endPoint = endPoint;
        this.onOpen = onOpen;
        this.open = open;
    }

    // --- Jetty's

    /** Bytes that came in one piece with the handshake. */
    void upgraded(ByteBuffer bytes) {
        early = bytes;
    }

    /** The 101 has been sent. */
    void opened() {
        endPoint.setIdleTimeout(0); // the keep-alive finds dead peers
        try {
            onOpen.accept(this);
        } catch (RuntimeException | Error bug) {
            LOG.error("a socket of Jetty's is given up", bug);
            close();
        }
        open.add(this);
        if (!isOpen()) {
            open.remove(this);
        }
    }

    /** Jetty sets other time-outs when it runs out of something, and when it stops. */
    void idleExpired() {
        endPoint.setIdleTimeout(0);
    }

    void closed() {
        open.remove(this);
    }

    // --- the side's

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        int room = JettySocket.room(bytes);
        int filled = endPoint.fill(bytes);
        dry = filled == 0 || filled < room && !endPoint.isSecure(); // TLS gives one record at a time
        return filled;
    }

    @Override
    public boolean isDry() {
        return dry;
    }

    @Override
    public void awaitReadable(Callback callback) {
        if (readable == null) {
            readable = endPoint.callback(callback);
        }
        endPoint.fillInterested(readable);
    }

    @Override
    public boolean flush(ByteBuffer bytes) throws IOException {
        return endPoint.flush(bytes);
    }

    @Override
    public void write(ByteBuffer bytes, Callback callback) {
        if (taken == null) {
            taken = endPoint.callback(callback);
        }
        endPoint.write(taken, bytes);
    }

    @Override
    public ByteBuffer takeEarly() {
        ByteBuffer bytes = early;
        early = null;
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
