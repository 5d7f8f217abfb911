package org.streamlitgateway.server;

import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.util.Callback;

/**
 * HTTP/2 flow control that limits the number of unread DATA frames of a connection in addition to their bytes: a frame of
 * one byte takes far more memory than that.
 */
final class BoundedFlowControl extends BufferingFlowControlStrategy {
    /** Jetty's default. */
    private static final float BUFFER_RATIO = 0.5f;

    /** Limit for one connection; frames of the usual size fill the connection's window long before. */
    private static final int MAX_UNREAD_FRAMES = 16 * 1024;

    private final AtomicInteger unreadFrames = new AtomicInteger();

    BoundedFlowControl() {
        super(BUFFER_RATIO);
    }

    @Override
    public void onDataReceived(Session session, Stream stream, int length) {
        super.onDataReceived(session, stream, length);
        if (length > 0 && unreadFrames.incrementAndGet() > MAX_UNREAD_FRAMES) {
            session.close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too many frames", Callback.NOOP);
        }
    }

    @Override
    public void onDataConsumed(Session session, Stream stream, int length) {
        if (length > 0) {
            unreadFrames.getAndUpdate(count -> Math.max(0, count - 1));
        }
        super.onDataConsumed(session, stream, length);
    }
}
