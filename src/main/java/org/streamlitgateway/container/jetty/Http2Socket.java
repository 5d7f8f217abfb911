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
 * Socket of one HTTP/2 stream (RFC 8441). It closes the stream's two halves separately. Closing the end point of Jetty
 * does not remove the stream from its connection while the peer's half is open, and the peer's regular end of the
 * stream then counts towards the rate limit that closes the connection.
 */
final class Http2Socket extends JettySocket {
    /** Time for the peer to end its half. */
    private static final long MAX_WAIT_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private final AtomicBoolean closed = new AtomicBoolean();

    Http2Socket(EndPoint stream, Executor executor, Consumer<RawSocket> onOpen) {
        super(stream, executor, onOpen);
    }

    @Override
    public boolean isOpen() {
        return !closed.get() && super.isOpen();
    }

    /** Ends the gateway's half of the stream; bytes that the peer has not accepted are dropped by a reset. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        EndPoint endPoint = getEndPoint();
        HTTP2Stream stream = (HTTP2Stream) endPoint.getTransport();
        if (stream.isReset()) {
            return; // Jetty completes the callbacks
        }
        endPoint.shutdownOutput();
        EOFException cause = new EOFException("closed");
        Callback pendingWrite = endPoint.cancelWrite(cause); // null if the end of the stream is already being sent
        if (pendingWrite != null) {
            pendingWrite.failed(cause);
        } else if (!endPoint.isInputShutdown()) {
            endPoint.setIdleTimeout(MAX_WAIT_MILLIS);
            stream.setListener(null); // reads and drops the rest
        }
    }
}
