package org.streamlitgateway.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;

/**
 * Non-blocking socket of one WebSocket connection, after its handshake. Buffers are in flush mode: content lies between
 * position and limit. One thread at a time may read, and one may write; the other methods are thread-safe.
 */
public interface RawSocket {
    /**
     * Appends available bytes to the buffer's content.
     *
     * @return the number of bytes; 0 if none are available, negative if the peer has closed
     */
    int fill(ByteBuffer bytes) throws IOException;

    /** Whether the last {@link #fill} read all available bytes. */
    boolean isDrained();

    /**
     * Calls back, once, when bytes are available or the connection has ended. May be called while bytes are still
     * available, to give other sockets their turn. Every call must pass the same callback.
     */
    void awaitReadable(Callback readable);

    /**
     * Writes as many bytes as the system accepts; returns true if these were all. Otherwise {@link #write} must follow.
     */
    boolean flush(ByteBuffer bytes) throws IOException;

    /**
     * Writes the bytes that {@link #flush} left, and calls back, once, when the system has accepted them. The buffer
     * must not change until then. Every call must pass the same callback.
     */
    void write(ByteBuffer bytes, Callback accepted);

    /**
     * Returns, once, bytes that arrived together with the handshake and are not returned by {@link #fill}; or
     * {@code null}.
     */
    ByteBuffer takeBufferedInput();

    boolean isOpen();

    /** Closes the connection without waiting for pending bytes. */
    void close();
}
