package org.streamlitgateway.splice;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/** What Jetty puts in the place of HTTP on a socket that has been upgraded; hands the socket over. */
final class Leg extends AbstractConnection implements Connection.UpgradeTo {
    private final Consumer<Leg> onOpen;
    private ByteBuffer early;

    Leg(EndPoint endPoint, Executor executor, Consumer<Leg> onOpen) {
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

    /** What {@link #onUpgradeTo} was given, once; {@code null} when there is nothing. */
    ByteBuffer takeEarly() {
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
