package org.streamlitgateway.server;

import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.util.Callback;

/**
 * HTTP/2's flow control, which counts the bytes that wait to be read; this counts the frames they came in as well, for a
 * frame of one byte takes far more memory than that.
 */
final class BoundedFlowControl extends BufferingFlowControlStrategy {
    /** What Jetty has. */
    private static final float BUFFER_RATIO = 0.5f;

    /** Of one connection; of the usual size, an eighth fills the connection's window. */
    private static final int MAX_WAITING_FRAMES = 16 * 1024;

    private final AtomicInteger waiting = new AtomicInteger();

    BoundedFlowControl() {
        super(BUFFER_RATIO);
    }

    @Override
    public void onDataReceived(Session session, Stream stream, int length) {
        super.onDataReceived(session, stream, length);
        if (length > 0 && waiting.incrementAndGet() > MAX_WAITING_FRAMES) {
            session.close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too many frames", Callback.NOOP);
        }
    }

    @Override
    public void onDataConsumed(Session session, Stream stream, int length) {
        if (length > 0) {
            waiting.getAndUpdate(count -> Math.max(0, count - 1));
        }
        super.onDataConsumed(session, stream, length);
    }
}
