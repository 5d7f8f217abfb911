package org.streamlitgateway.websocket.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.websocket.frame.FrameWriter;
import org.streamlitgateway.websocket.peer.PeerLiveness;
import org.streamlitgateway.websocket.peer.UnacknowledgedBytes;

/**
 * One of the two peers of a splice: its socket, its pending write, and the progress of its closing handshake.
 *
 * <pre>
 *   write    NONE --write not accepted at once--&gt; PENDING --socket callback--&gt; DONE or FAILED --settleWrite--&gt; NONE
 *   closing  OPEN --closeSent / closeReceived, in any order--&gt; both: the browser's connection is closed
 *            any state --close (connection lost, grace period over)--&gt; closed
 * </pre>
 *
 * <p>The pipe that reads this peer calls the methods for reading; the pipe that writes to it calls those for writing.
 * Socket callbacks set a flag and wake the pipe. The other methods are thread-safe.
 */
final class Peer {
    private enum Write {
        NONE,
        PENDING,
        DONE,
        FAILED
    }

    final boolean isBrowser;
    private final RawSocket socket;
    private final Callback readCallback = new NonBlockingCallback() {
        @Override
        public void succeeded() {
            readable = true;
            reader.wakeUp();
        }

        @Override
        public void failed(Throwable cause) {
            readable = true; // the next read reports the failure
            reader.wakeUp();
        }
    };
    private final Callback writeCallback = new NonBlockingCallback() {
        @Override
        public void succeeded() {
            write = Write.DONE;
            writer.wakeUp();
        }

        @Override
        public void failed(Throwable cause) {
            write = Write.FAILED;
            writer.wakeUp();
        }
    };

    private volatile boolean readable;
    private volatile Write write = Write.NONE;
    private boolean awaitingReadable;
    private volatile boolean closed;
    private volatile boolean closeReceived;
    private volatile long closeSentNanos;
    private FramePipe reader;
    private FramePipe writer;

    private final PeerLiveness liveness = new PeerLiveness(System.nanoTime());
    private final UnacknowledgedBytes unacknowledged = new UnacknowledgedBytes();

    /** Time of the last progress of a write, or of its start. */
    private volatile long progressNanos = System.nanoTime();

    Peer(RawSocket socket, boolean isBrowser) {
        this.socket = socket;
        this.isBrowser = isBrowser;
    }

    /** Sets the pipes that read and write this peer; called before both start. */
    void connect(FramePipe reader, FramePipe writer) {
        this.reader = reader;
        this.writer = writer;
    }

    // --- reading

    /** Wakes the reader when {@link #takeReadable} will return true. */
    void awaitReadable() {
        if (!closed) {
            awaitingReadable = true;
            socket.awaitReadable(readCallback);
        }
    }

    /** Takes the notification that the socket is readable; returns false if it is still awaited. */
    boolean takeReadable() {
        if (awaitingReadable) {
            if (!readable) {
                return false;
            }
            readable = false;
            awaitingReadable = false;
        }
        return true;
    }

    /** Whether the last {@link #fill} read all that was available. */
    boolean isDrained() {
        return socket.isDrained();
    }

    /** Reads what is available; returns a negative number if the connection is gone. */
    int fill(ByteBuffer bytes) {
        if (closed) {
            return -1;
        }
        try {
            int filled = socket.fill(bytes);
            if (filled > 0) {
                liveness.heard(System.nanoTime());
            }
            return filled;
        } catch (IOException e) {
            return -1;
        }
    }

    // --- writing

    /**
     * Returns a ping to be written next. Its pong acknowledges all bytes before it. The system and proxies buffer
     * megabytes of which a slow browser has not received a byte.
     */
    ByteBuffer ping() {
        liveness.pinged(System.nanoTime());
        return FrameWriter.ping(unacknowledged.nextPingPayload(), !isBrowser);
    }

    /** Whether enough was written since the last ping that a slow browser should acknowledge it. */
    boolean isPingDue() {
        return isBrowser && unacknowledged.isPingDue();
    }

    void pongReceived(byte[] payload) {
        unacknowledged.pongReceived(payload);
    }

    /** Returns the number of written bytes that no pong has acknowledged. */
    long unacknowledgedBytes() {
        return unacknowledged.bytes();
    }

    /**
     * Writes; returns true if the system accepted all bytes. Otherwise {@link #settleWrite} returns true until it has.
     * A failure closes the peer.
     */
    boolean write(ByteBuffer bytes) {
        unacknowledged.add(bytes.remaining());
        try {
            if (socket.flush(bytes)) {
                progressNanos = System.nanoTime();
                return true;
            }
        } catch (IOException e) {
            close();
            return true;
        }
        progressNanos = System.nanoTime();
        write = Write.PENDING;
        socket.write(bytes, writeCallback);
        return false;
    }

    /**
     * Takes the result of a finished write, and closes the peer if it failed; returns true while a write is pending.
     */
    boolean settleWrite() {
        if (write == Write.FAILED) {
            close();
        }
        if (write != Write.PENDING && write != Write.NONE) {
            write = Write.NONE;
            progressNanos = System.nanoTime();
        }
        return write == Write.PENDING;
    }

    // --- keep-alive

    PeerLiveness liveness() {
        return liveness;
    }

    /** Returns for how long a pending write has made no progress; 0 if none is pending. */
    long stalledNanos(long nowNanos) {
        return write == Write.PENDING ? nowNanos - progressNanos : 0;
    }

    // --- closing

    void closeSent() {
        closeSentNanos = System.nanoTime();
    }

    void closeReceived() {
        closeReceived = true;
        closeIfDone();
    }

    /** Returns when the wait for this peer began: for its close frame, or for it to accept pending bytes. */
    long waitingSinceNanos() {
        return closeSentNanos != 0 ? closeSentNanos : progressNanos;
    }

    /** Closes the browser's connection after both close frames. The server closes it first (RFC 6455 section 7.1.1). */
    void closeIfDone() {
        if (isBrowser && closeReceived && closeSentNanos != 0 && write != Write.PENDING) {
            close();
        }
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        if (!closed) {
            closed = true;
            socket.close();
            readable = true; // some sockets do not complete the callback when they are closed
            reader.wakeUp();
        }
    }

    /** Callback that runs on a thread that must not wait, such as the selector's. */
    private abstract static class NonBlockingCallback implements Callback {
        @Override
        public final InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
