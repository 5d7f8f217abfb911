package org.streamlitgateway.websocket.splice;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;
import org.streamlitgateway.websocket.frame.Utf8Validator;

/**
 * The bytes from one side to the other.
 *
 * <pre>
 *   read ──▶ [ passed | held ] ──▶ write
 * </pre>
 *
 * Of the bytes in the buffer, those before {@code passed} may be written; what follows is the beginning of a frame that
 * is not looked at before it is whole.
 *
 * <p>Whatever happens (the source became readable, the sink took what was written, somebody wants a ping or a close frame
 * put in) leaves a mark and calls {@link #drain}. The first caller does the work, of all marks there are; a caller that
 * comes meanwhile only counts up and leaves. So all state but the marks belongs to one thread at a time, without a lock,
 * and nothing ever waits. That thread is nearly always the selector's that reads the source.
 */
final class FramePipe {
    /** One read. Large enough that big messages cost few system calls; lent from the pool only while bytes are there. */
    static final int BUFFER_BYTES = 64 * 1024;

    /** Reads in a row, after which other sockets of the same selector get their turn. */
    private static final int MAX_READS = 16;

    private final Splice splice;
    private final Peer from;
    private final Peer to;
    private final ByteBufferPool pool;
    private final FrameHeader header;
    private final Utf8Validator utf8 = new Utf8Validator();

    // marks
    private final AtomicInteger marks = new AtomicInteger();
    private final AtomicReference<ByteBuffer> pong = new AtomicReference<>();
    private volatile boolean pingWanted;
    private volatile ByteBuffer closing;

    // the rest is the drain's

    private RetainableByteBuffer lent;
    private ByteBuffer bytes = BufferUtil.EMPTY_BUFFER;
    private int passed;
    /** Where the bytes end while the buffer's limit is that of a write. */
    private int filled;

    private boolean writing;
    /** Bytes of the frame in passing that are still to come. */
    private long left;

    /** A message in the place of one that was taken out. */
    private ByteBuffer changed;

    /** Nothing that is passed is written any more. */
    private boolean discarding;
    /** Nothing that is read is passed any more. */
    private boolean broken;

    private long messages;

    /** @param early what came in one piece with the handshake, or {@code null} */
    FramePipe(Splice splice, Peer from, Peer to, ByteBufferPool pool, ByteBuffer early) {
        this.splice = splice;
        this.from = from;
        this.to = to;
        this.pool = pool;
        this.header = new FrameHeader(from.isBrowser, from.isBrowser ? splice.maxMessageBytes() : Long.MAX_VALUE);
        if (early != null) {
            lend(Math.max(BUFFER_BYTES, early.remaining()));
            BufferUtil.append(bytes, early);
            passed = bytes.position();
        }
    }

    /** Does what the marks ask for; the first call begins. */
    void drain() {
        if (marks.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                advance();
            } catch (RuntimeException | Error bug) { // an Error may be the lack of memory for a buffer
                splice.failed(bug);
            }
            seen = marks.addAndGet(-seen);
        } while (seen != 0);
    }

    long messages() {
        return messages;
    }

    /** Puts a ping in at the next boundary. */
    void ping() {
        pingWanted = true;
        drain();
    }

    /** Puts a pong in at the next boundary, in the place of one that has not gone: RFC 6455 section 5.5.3. */
    void pong(ByteBuffer frame) {
        pong.set(frame);
        drain();
    }

    /** Puts a close frame in at the next boundary; what comes after it is read and dropped. */
    void close(ByteBuffer frame) {
        closing = frame;
        drain();
    }

    /** Moves what can be moved now. */
    private void advance() {
        boolean dry = false;
        for (int reads = 0; ; ) {
            if (!write()) {
                return;
            }
            if (scan()) {
                continue;
            }
            if (from.isClosed() || broken && left > 0) {
                sourceEnded();
                return;
            }
            if (reads == 0 ? !from.takeReadable() : dry || reads == MAX_READS) {
                if (reads > 0) {
                    giveBack();
                    from.awaitReadable();
                }
                return;
            }
            if (lent == null) {
                lend(BUFFER_BYTES);
            }
            int read = from.fill(bytes);
            passed = bytes.position();
            dry = from.isDry();
            reads++;
            if (read < 0) {
                giveBack();
                splice.lost(from);
                return; // and come round again if there is something to be put in
            }
        }
    }

    private void sourceEnded() {
        giveBack();
        splice.closed();
        if (closing != null && !discarding) {
            to.close(); // inside of a frame no close frame fits in
        }
    }

    // --- buffer

    private void lend(int size) {
        lent = pool.acquire(size, true);
        bytes = lent.getByteBuffer();
    }

    /** An idle session holds no buffer, unless a frame has come in part. */
    private void giveBack() {
        if (lent != null && (!bytes.hasRemaining() || from.isClosed())) {
            lent.release();
            lent = null;
            bytes = BufferUtil.EMPTY_BUFFER;
            passed = 0;
        }
    }

    // --- writing

    /** False when the other side does not take it now. */
    private boolean write() {
        if (to.isWriting()) {
            return false;
        }
        if (writing) {
            writing = false;
            bytes.limit(filled);
        }
        if (to.isClosed() && !discarding) {
            discarding = true;
            splice.lost(to);
        }
        if (bytes.position() < passed) {
            if (discarding) {
                bytes.position(passed);
            } else {
                filled = bytes.limit();
                bytes.limit(passed);
                if (!to.write(bytes)) {
                    writing = true;
                    return false;
                }
                bytes.limit(filled);
                if (to.isClosed()) {
                    return write();
                }
            }
        }
        return left > 0 || writeInserts();
    }

    private boolean writeInserts() {
        while (isInsertWaiting()) {
            ByteBuffer insert = nextInsert();
            boolean taken = to.write(insert);
            if (discarding) { // it was the close frame
                to.closeSent(); // not before: an answer may end it
            }
            if (!taken) {
                filled = bytes.limit();
                writing = true;
                return false;
            }
        }
        to.closeIfDone();
        return true;
    }

    private ByteBuffer nextInsert() {
        ByteBuffer next = changed;
        if (next != null) {
            changed = null;
            return next;
        }
        next = pong.getAndSet(null);
        if (next != null) {
            return next;
        }
        if (pingWanted || closing == null) { // or a mark is due
            pingWanted = false;
            return to.ping();
        }
        discarding = true;
        return closing;
    }

    // --- following the frames

    /** Moves {@code passed} over what may go on; true when there is something to write or drop. */
    private boolean scan() {
        if (broken) {
            skipTo(bytes.limit());
        }
        int at = bytes.position();
        int began = -1;
        while (at < bytes.limit()) {
            if (left > 0) {
                int count = (int) Math.min(left, bytes.limit() - at);
                if (header.isText() && !isUtf8(at, count)) {
                    at = stop(Outcome.BAD_TEXT, began < 0 ? at : began);
                    left = began < 0 ? left : 0;
                    break;
                }
                at += count;
                left -= count;
                if (left == 0) {
                    leave();
                }
            } else {
                if (isInsertWaiting()) {
                    break;
                }
                began = at;
                int next = frame(at, bytes.limit());
                if (next == at) {
                    break;
                }
                at = next;
            }
        }
        passed = at;
        return bytes.position() < passed || left == 0 && isInsertWaiting();
    }

    private boolean isInsertWaiting() {
        return !discarding
                && (closing != null || pingWanted || changed != null || pong.get() != null || to.isMarkDue());
    }

    private boolean isUtf8(int at, int count) {
        long offset = header.length() - left;
        boolean last = left == count && header.isFinal();
        return utf8.accept(bytes, at, count, header.mask(), offset) && (!last || utf8.isComplete());
    }

    private void leave() {
        if (header.endPayload()) {
            messages++;
        }
    }

    /** Looks at the frame that begins here; returns how far it may pass: {@code at} to wait. */
    private int frame(int at, int end) {
        int size = header.read(bytes, at, end);
        if (size == 0) {
            return at;
        }
        Outcome violation = header.violation();
        if (violation != null) {
            return stop(violation, at);
        }
        if (!header.isControl() && (discarding || !splice.wants(from, header))) {
            header.beginPayload();
            left = header.length();
            if (left == 0) {
                if (header.isText() && header.isFinal() && !utf8.isComplete()) {
                    return stop(Outcome.BAD_TEXT, at);
                }
                leave();
            }
            return at + size;
        }
        if (end - at - size < header.length()) {
            return at;
        }
        int next = at + size + (int) header.length();
        return header.isControl() ? control(at, size, next) : message(at, size, next);
    }

    /** Control frames are between each peer and us: none passes. */
    private int control(int at, int size, int next) {
        if (at > bytes.position()) {
            return at; // first what came before
        }
        byte[] payload = new byte[(int) header.length()];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (bytes.get(at + size + i) ^ header.mask() >>> 24 - 8 * (i & 3));
        }
        if (header.opcode() == FrameHeader.CLOSE) {
            Outcome violation = CloseStatus.violation(payload);
            if (violation != null) {
                return stop(violation, at);
            }
            broken = true; // nothing counts after it
            skipTo(bytes.limit());
            splice.closeReceived(from, payload);
            return bytes.position();
        }
        if (header.opcode() == FrameHeader.PING) {
            splice.pingReceived(from, payload);
        } else {
            from.pongReceived(payload);
        }
        skipTo(next);
        return next;
    }

    /** A whole message of Streamlit's that is looked at; it may go on changed. */
    private int message(int at, int size, int next) {
        ByteBuffer payload = bytes.slice(at + size, (int) header.length());
        ByteBuffer other = splice.look(payload);
        if (other == null) {
            messages++;
            return next;
        }
        if (at > bytes.position()) {
            return at;
        }
        messages++;
        changed = FrameWriter.binary(other);
        skipTo(next);
        return next;
    }

    private void skipTo(int position) {
        bytes.position(position);
        passed = position;
    }

    /** What follows cannot be understood and is dropped; what came before goes on. */
    private int stop(Outcome violation, int at) {
        broken = true;
        bytes.limit(at);
        splice.violated(from, violation);
        return at;
    }
}
