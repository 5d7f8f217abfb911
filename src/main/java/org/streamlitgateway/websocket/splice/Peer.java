package org.streamlitgateway.websocket.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.websocket.frame.FrameWriter;
import org.streamlitgateway.websocket.peer.PeerLiveness;
import org.streamlitgateway.websocket.peer.UnacknowledgedBytes;

/**
 * One of the two peers of a splice: its socket, and how far its closing has come. The methods for reading belong to the
 * direction that comes from here, those for writing to the one that leads here; callbacks of the socket leave a mark
 * and let that direction work. The rest may be called by anybody.
 */
final class Peer {
    private enum Write {
        NONE,
        PENDING,
        DONE,
        FAILED
    }

    final boolean isBrowser;
    private final RawSocket wire;
    private final Callback readCallback = new Mark() {
        @Override
        public void succeeded() {
            readable = true;
            reader.drain();
        }

        @Override
        public void failed(Throwable cause) {
            readable = true; // reading will tell
            reader.drain();
        }
    };
    private final Callback writeCallback = new Mark() {
        @Override
        public void succeeded() {
            write = Write.DONE;
            writer.drain();
        }

        @Override
        public void failed(Throwable cause) {
            write = Write.FAILED;
            writer.drain();
        }
    };

    private volatile boolean readable;
    private volatile Write write = Write.NONE;
    private boolean awaiting;
    private volatile boolean closed;
    private volatile boolean closeReceived;
    private volatile long closeSentNanos;
    private FramePipe reader;
    private FramePipe writer;

    private final PeerLiveness life = new PeerLiveness(System.nanoTime());
    private final UnacknowledgedBytes unacknowledged = new UnacknowledgedBytes();
    /** When it last took something, or was offered the first thing that it has not taken. */
    private volatile long tookNanos = System.nanoTime();

    Peer(RawSocket wire, boolean isBrowser) {
        this.wire = wire;
        this.isBrowser = isBrowser;
    }

    /** Whom to call; before anything is read or written. */
    void join(FramePipe from, FramePipe to) {
        reader = from;
        writer = to;
    }

    // --- reading

    /** {@link #takeReadable} turns true later. */
    void awaitReadable() {
        if (!closed) {
            awaiting = true;
            wire.awaitReadable(readCallback);
        }
    }

    /** Whether reading makes sense: not while the socket is waited for. */
    boolean takeReadable() {
        if (awaiting) {
            if (!readable) {
                return false;
            }
            readable = false;
            awaiting = false;
        }
        return true;
    }

    /** Whether the last {@link #fill} has left nothing behind. */
    boolean isDry() {
        return wire.isDry();
    }

    /** Negative when the peer is gone. */
    int fill(ByteBuffer bytes) {
        if (closed) {
            return -1;
        }
        try {
            int filled = wire.fill(bytes);
            if (filled > 0) {
                life.heard(System.nanoTime());
            }
            return filled;
        } catch (IOException lost) {
            return -1;
        }
    }

    // --- writing

    /**
     * A ping at this place between the frames; its pong will say that all before it has been taken. The system takes
     * megabytes, and proxies in between more, of which a slow browser has not seen a byte.
     */
    ByteBuffer ping() {
        life.pinged(System.nanoTime());
        return FrameWriter.ping(unacknowledged.nextPingPayload(), !isBrowser);
    }

    /** Whether so much has been written since the last ping that a slow peer should show that it is taking it. */
    boolean isMarkDue() {
        return isBrowser && unacknowledged.isPingDue();
    }

    void pongReceived(byte[] payload) {
        unacknowledged.pongReceived(payload);
    }

    /** Bytes that were written and of which no pong has said that they were taken. */
    long underWay() {
        return unacknowledged.bytes();
    }

    /** True when all was taken; else {@link #isWriting} until it has been. A failure shows in {@link #isClosed}. */
    boolean write(ByteBuffer bytes) {
        unacknowledged.add(bytes.remaining());
        try {
            if (wire.flush(bytes)) {
                tookNanos = System.nanoTime();
                return true;
            }
        } catch (IOException lost) {
            close();
            return true;
        }
        tookNanos = System.nanoTime();
        write = Write.PENDING;
        wire.write(bytes, writeCallback);
        return false;
    }

    /** Whether bytes are waiting to be taken. */
    boolean isWriting() {
        if (write == Write.FAILED) {
            close();
        }
        if (write != Write.PENDING && write != Write.NONE) {
            write = Write.NONE;
            tookNanos = System.nanoTime();
        }
        return write == Write.PENDING;
    }

    // --- keep-alive

    PeerLiveness life() {
        return life;
    }

    /** How long it has taken nothing of what was offered. */
    long stalled(long nowNanos) {
        return write == Write.PENDING ? nowNanos - tookNanos : 0;
    }

    // --- closing

    void closeSent() {
        closeSentNanos = System.nanoTime();
    }

    void closeReceived() {
        closeReceived = true;
        closeIfDone();
    }

    /** Since when it owes us something: the answer to our close frame, or to take what was sent. */
    long owesSinceNanos() {
        return closeSentNanos != 0 ? closeSentNanos : tookNanos;
    }

    /** RFC 6455 section 7.1.1: the server closes the connection first; towards Streamlit that is not us. */
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
            wire.close();
            readable = true; // not every wire tells who waits for it
            reader.drain();
        }
    }

    /** Runs on a thread that must not wait, such as the selector's: marks and drains. */
    private abstract static class Mark implements Callback {
        @Override
        public final InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
