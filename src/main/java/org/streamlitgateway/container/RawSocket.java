package org.streamlitgateway.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;

/**
 * Our end of one connection. No method waits. Buffers are in flush mode: content lies between position and limit. One
 * thread at a time reads, and one writes; the rest is for any thread.
 */
public interface RawSocket {
    /** Appends what there is to the content; 0 when that is nothing yet, negative when the peer is gone. */
    int fill(ByteBuffer bytes) throws IOException;

    /** Whether the last {@link #fill} has left nothing behind. */
    boolean isDry();

    /**
     * Calls back, once, when {@link #fill} makes sense again. It may be asked for before {@link #fill} has found nothing
     * more, so that others get their turn. The callback is the same one each time.
     */
    void awaitReadable(Callback readable);

    /** True when all has been taken by the system; else {@link #write} is to follow. */
    boolean flush(ByteBuffer bytes) throws IOException;

    /**
     * Calls back, once, when what {@link #flush} left has been taken. The bytes must stay as they are until then. The
     * callback is the same one each time.
     */
    void write(ByteBuffer bytes, Callback taken);

    /** What came in one piece with the handshake and {@link #fill} does not give, once; or {@code null}. */
    ByteBuffer takeEarly();

    boolean isOpen();

    /** Does not wait for what has not been taken. */
    void close();
}
