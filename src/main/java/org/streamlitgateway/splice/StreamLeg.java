package org.streamlitgateway.splice;

import java.io.EOFException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;

/** A stream of HTTP/2 (RFC 8441). */
final class StreamLeg extends Leg {
    StreamLeg(EndPoint stream, Executor executor, Consumer<Wire> onOpen) {
        super(stream, executor, onOpen);
    }

    /** What the peer has not taken waits for its window, even if the stream is closed: the stream is reset then. */
    @Override
    public void close() {
        super.close();
        EOFException why = new EOFException("closed");
        Callback waiting = getEndPoint().cancelWrite(why);
        if (waiting != null) {
            waiting.failed(why);
        }
    }
}
