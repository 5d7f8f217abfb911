package org.streamlitgateway.websocket.splice;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.streamlitgateway.observe.MessageObserver;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;
import org.streamlitgateway.websocket.frame.Utf8Validator;

/**
 * One direction of a splice: copies the bytes of one peer to the other, and inserts the gateway's own frames between
 * frames.
 *
 * <pre>
 *   source ──read──▶ [ forwardable | held ] ──write──▶ sink
 * </pre>
 *
 * Bytes up to {@code forwardable} may be written. The bytes after it are the beginning of a frame that must be complete
 * before it is inspected.
 *
 * <pre>
 *   state         inputEnded  outputEnded  bytes read                     written             next
 *   FORWARDING    false       false        parsed, forwarded              data and inserts    any of the others
 *   INPUT_ENDED   true        false        dropped                        earlier data,       ENDED
 *                                                                         inserts
 *   OUTPUT_ENDED  false       true         parsed, data frames dropped    nothing             ENDED
 *   ENDED         true        true         dropped                        nothing
 * </pre>
 *
 * A close frame or a violation ends the input. Writing a close frame, or the loss of the sink, ends the output. The
 * buffer is held from a read until all its bytes are written or dropped. An insert waits for the end of the frame that
 * has been begun ({@code remaining == 0}).
 *
 * <p>Every event (the source became readable, the sink accepted a write, a ping or a close frame is to be sent) sets a
 * flag and calls {@link #wakeUp}. One thread runs the loop at a time, usually the selector thread that reads the
 * source; concurrent callers only increment the counter, and the loop runs again. All other state therefore belongs to
 * one thread at a time, without a lock, and no thread waits.
 */
final class FramePipe {
    /** Size of one read. The buffer comes from a pool and is held only while it has bytes, so it can be large. */
    static final int BUFFER_BYTES = 64 * 1024;

    /** Consecutive reads before other sockets of the same selector get their turn. */
    private static final int MAX_READS = 16;

    private final Splice splice;
    private final Peer source;
    private final Peer sink;
    private final ByteBufferPool pool;
    private final FrameHeader header;
    private final MessageObserver observer;
    private final Utf8Validator utf8 = new Utf8Validator();

    // set by any thread

    private final AtomicInteger wakeups = new AtomicInteger();
    private final FrameInserts inserts;

    // used by the loop only

    /** Pooled buffer of {@link #bytes}, or {@code null}. */
    private RetainableByteBuffer buffer;

    private ByteBuffer bytes = BufferUtil.EMPTY_BUFFER;
    private int forwardable;

    /** End of the bytes in the buffer while its limit is that of a pending write. */
    private int dataLimit;

    private boolean writing;

    /** Payload bytes of the current frame that have not been parsed. */
    private long remaining;

    private boolean inputEnded;
    private boolean outputEnded;

    /** @param bufferedInput bytes that arrived together with the handshake, or {@code null} */
    FramePipe(Splice splice, Peer source, Peer sink, ByteBufferPool pool, ByteBuffer bufferedInput) {
        this.splice = splice;
        this.source = source;
        this.sink = sink;
        this.pool = pool;
        this.observer = splice.messages(source);
        this.inserts = new FrameInserts(sink);
        this.header = new FrameHeader(source.isBrowser, source.isBrowser ? splice.maxMessageBytes() : Long.MAX_VALUE);
        if (bufferedInput != null) {
            acquireBuffer(Math.max(BUFFER_BYTES, bufferedInput.remaining()));
            BufferUtil.append(bytes, bufferedInput);
            forwardable = bytes.position();
        }
    }

    /** Runs the loop, or makes the running one run again. The first call starts the pipe. */
    void wakeUp() {
        if (wakeups.getAndIncrement() != 0) {
            return;
        }
        int handled = 1;
        do {
            try {
                advance();
            } catch (RuntimeException | Error e) { // such as no memory for a buffer
                splice.failed(e);
            }
            handled = wakeups.addAndGet(-handled);
        } while (handled != 0);
    }

    /** Inserts a ping after the current frame. */
    void requestPing() {
        inserts.requestPing();
        wakeUp();
    }

    /** Inserts a pong after the current frame. */
    void queuePong(ByteBuffer frame) {
        inserts.setPong(frame);
        wakeUp();
    }

    /** Inserts a close frame after the current frame; data that follows is read and dropped. */
    void queueClose(ByteBuffer frame) {
        inserts.setClose(frame);
        wakeUp();
    }

    /** Writes, parses and reads until the sink accepts or the source has nothing more. */
    private void advance() {
        boolean drained = false;
        for (int reads = 0; ; ) {
            if (!write()) {
                return;
            }
            if (parse()) {
                continue;
            }
            if (source.isClosed() || inputEnded && remaining > 0) {
                sourceEnded();
                return;
            }
            if (reads == 0 ? !source.takeReadable() : drained || reads == MAX_READS) {
                if (reads > 0) {
                    releaseIdleBuffer();
                    source.awaitReadable();
                }
                return;
            }
            if (buffer == null) {
                acquireBuffer(BUFFER_BYTES);
            }
            int read = source.fill(bytes);
            forwardable = bytes.position();
            drained = source.isDrained();
            reads++;
            if (read < 0) {
                releaseIdleBuffer();
                splice.connectionLost(source);
                return; // which wakes this pipe again if there is a frame to insert
            }
        }
    }

    private void sourceEnded() {
        releaseIdleBuffer();
        splice.peerClosed();
        if (inserts.hasClose() && !outputEnded) {
            sink.close(); // a close frame cannot be inserted into an unfinished frame
        }
    }

    // --- buffer

    private void acquireBuffer(int size) {
        buffer = pool.acquire(size, true);
        bytes = buffer.getByteBuffer();
    }

    /** Releases the buffer unless it holds an incomplete frame of an open source. */
    private void releaseIdleBuffer() {
        if (buffer != null && (!bytes.hasRemaining() || source.isClosed())) {
            buffer.release();
            buffer = null;
            bytes = BufferUtil.EMPTY_BUFFER;
            forwardable = 0;
        }
    }

    // --- writing

    /** Writes the forwardable bytes, then inserts; returns false if the sink does not accept them now. */
    private boolean write() {
        if (sink.settleWrite()) {
            return false;
        }
        if (writing) {
            writing = false;
            bytes.limit(dataLimit);
        }
        if (sink.isClosed() && !outputEnded) {
            outputEnded = true;
            splice.connectionLost(sink);
        }
        if (bytes.position() < forwardable) {
            if (outputEnded) {
                bytes.position(forwardable);
            } else {
                dataLimit = bytes.limit();
                bytes.limit(forwardable);
                if (!sink.write(bytes)) {
                    writing = true;
                    return false;
                }
                bytes.limit(dataLimit);
                if (sink.isClosed()) {
                    return write();
                }
            }
        }
        return remaining > 0 || writeInserts();
    }

    private boolean writeInserts() {
        while (hasInsert()) {
            ByteBuffer insert = inserts.take();
            outputEnded = inserts.isCloseTaken();
            boolean accepted = sink.write(insert);
            if (outputEnded) {
                sink.closeSent(); // after the write, because an answer may close the connection
            }
            if (!accepted) {
                dataLimit = bytes.limit();
                writing = true;
                return false;
            }
        }
        sink.closeIfDone();
        return true;
    }

    private boolean hasInsert() {
        return !outputEnded && !inserts.isEmpty();
    }

    // --- parsing

    /** Moves {@code forwardable} over parsed bytes; returns true if there is something to write or to drop. */
    private boolean parse() {
        if (inputEnded) {
            skipTo(bytes.limit());
        }
        int at = bytes.position();
        int frameStart = -1;
        while (at < bytes.limit()) {
            if (remaining > 0) {
                int count = (int) Math.min(remaining, bytes.limit() - at);
                if (header.isText() && !isUtf8(at, count)) {
                    at = reject(Outcome.BAD_TEXT, frameStart < 0 ? at : frameStart);
                    remaining = frameStart < 0 ? remaining : 0;
                    break;
                }
                observer.portion(bytes, at, count, header.mask(), header.length() - remaining);
                at += count;
                remaining -= count;
                if (remaining == 0) {
                    endPayload();
                }
            } else {
                if (hasInsert()) {
                    break;
                }
                frameStart = at;
                int next = parseFrame(at, bytes.limit());
                if (next == at) {
                    break;
                }
                at = next;
            }
        }
        forwardable = at;
        return bytes.position() < forwardable || remaining == 0 && hasInsert();
    }

    private boolean isUtf8(int at, int count) {
        long offset = header.length() - remaining;
        boolean last = remaining == count && header.isFinal();
        return utf8.accept(bytes, at, count, header.mask(), offset) && (!last || utf8.isComplete());
    }

    private void endPayload() {
        if (header.endPayload()) {
            observer.end();
        }
    }

    /**
     * Parses the frame that begins at {@code at}; returns the end of the forwardable bytes, {@code at} to wait for
     * more.
     */
    private int parseFrame(int at, int end) {
        int size = header.read(bytes, at, end);
        if (size == 0) {
            return at;
        }
        Outcome violation = header.violation();
        if (violation != null) {
            return reject(violation, at);
        }
        if (!header.isControl() && (outputEnded || !splice.mustInspect(source, header))) {
            header.beginPayload();
            if (header.startsMessage()) {
                observer.begin(!header.isText());
            }
            remaining = header.length();
            if (remaining == 0) {
                if (header.isText() && header.isFinal() && !utf8.isComplete()) {
                    return reject(Outcome.BAD_TEXT, at);
                }
                endPayload();
            }
            return at + size;
        }
        if (end - at - size < header.length()) {
            return at;
        }
        int next = at + size + (int) header.length();
        return header.isControl() ? handleControlFrame(at, size, next) : inspectMessage(at, size, next);
    }

    /** Handles a control frame, which concerns only the source and the gateway and is not forwarded. */
    private int handleControlFrame(int at, int size, int next) {
        if (at > bytes.position()) {
            return at; // earlier bytes must be written first
        }
        byte[] payload = new byte[(int) header.length()];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (bytes.get(at + size + i) ^ header.mask() >>> 24 - 8 * (i & 3));
        }
        if (header.opcode() == FrameHeader.CLOSE) {
            Outcome violation = CloseStatus.violation(payload);
            if (violation != null) {
                return reject(violation, at);
            }
            inputEnded = true;
            skipTo(bytes.limit());
            splice.closeReceived(source, payload);
            return bytes.position();
        }
        if (header.opcode() == FrameHeader.PING) {
            splice.pingReceived(source, payload);
        } else {
            source.pongReceived(payload);
        }
        skipTo(next);
        return next;
    }

    /** Inspects a complete message from Streamlit, which may be replaced. */
    private int inspectMessage(int at, int size, int next) {
        ByteBuffer payload = bytes.slice(at + size, (int) header.length());
        ByteBuffer changed = splice.inspect(payload);
        if (changed != null && at > bytes.position()) {
            return at; // earlier bytes must be written first
        }
        observer.begin(true);
        observer.portion(bytes, at + size, (int) header.length(), 0, 0);
        observer.end();
        if (changed == null) {
            return next;
        }
        inserts.setReplacement(FrameWriter.binary(changed));
        skipTo(next);
        return next;
    }

    private void skipTo(int position) {
        bytes.position(position);
        forwardable = position;
    }

    /** Drops the rest of the stream, which can no longer be parsed. Earlier bytes are still delivered. */
    private int reject(Outcome violation, int at) {
        inputEnded = true;
        bytes.limit(at);
        splice.violated(source, violation);
        return at;
    }
}
