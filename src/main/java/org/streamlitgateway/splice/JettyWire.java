package org.streamlitgateway.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;

/** A socket of the Jetty that is the container. */
final class JettyWire implements Wire {
    private final JettyApi.EndPoint endPoint;
    private final Consumer<Wire> onOpen;
    private final Runnable onStop;
    private final OpenWires open;

    private Object readable;
    private Object taken;
    private ByteBuffer early;
    private boolean dry;

    JettyWire(JettyApi.EndPoint endPoint, Consumer<Wire> onOpen, Runnable onStop, OpenWires open) {
        this.endPoint = endPoint;
        this.onOpen = onOpen;
        this.onStop = onStop;
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
        onOpen.accept(this);
        open.add(this);
        if (!isOpen()) {
            open.remove(this);
        }
    }

    /** Jetty has set a time-out of its own: it is about to stop, and waits until all its connections are closed. */
    void idleExpired() {
        onStop.run();
    }

    void closed() {
        open.remove(this);
    }

    // --- the side's

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        int room = Leg.room(bytes);
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
