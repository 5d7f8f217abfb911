package org.streamlitgateway.container.jetty;

import java.io.EOFException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.container.RawSocket;

/**
 * A stream of HTTP/2 (RFC 8441). Jetty's way to close its end point leaves the stream in the connection's books when the
 * peer has not ended its half by then, and lets the peer's lawful end count as an attack that ends the connection; so a
 * stream is closed half by half here.
 */
final class Http2Socket extends JettySocket {
    /** For the peer to end its half. */
    private static final long END_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final AtomicBoolean closed = new AtomicBoolean();

    Http2Socket(EndPoint stream, Executor executor, Consumer<RawSocket> onOpen) {
        super(stream, executor, onOpen);
    }

    @Override
    public boolean isOpen() {
        return !closed.get() && super.isOpen();
    }

    /** Ends our half; what the peer has not taken is dropped, by a reset. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        EndPoint endPoint = getEndPoint();
        HTTP2Stream stream = (HTTP2Stream) endPoint.getTransport();
        if (stream.isReset()) {
            return; // Jetty tells who waits for it
        }
        endPoint.shutdownOutput();
        EOFException why = new EOFException("closed");
        Callback waiting = endPoint.cancelWrite(why); // none: the end is on its way and stays so
        if (waiting != null) {
            waiting.failed(why);
        } else if (!endPoint.isInputShutdown()) {
            endPoint.setIdleTimeout(END_MILLIS);
            stream.setListener(null); // reads to the end, and drops it
        }
    }
}
