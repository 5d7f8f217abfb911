package org.streamlitgateway.cache;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Writes a range of an array to a client without blocking; the array may still be growing. Called by the container and by
 * the thread that fills the array. One thread at a time runs the loop; concurrent callers only increment {@link #wakeups},
 * and the loop runs again.
 */
final class MemoryWriter implements WriteListener {
    private final ServletOutputStream output;
    private final byte[] bytes;
    private final int end;
    private final Runnable onWritten;
    private final Consumer<Throwable> onClientGone;
    private final AtomicInteger wakeups = new AtomicInteger();
    private volatile int available;
    private volatile boolean stopped;

    /** Whether the container will call {@link #onWritePossible}; {@code isReady()} must not be called until then. */
    private volatile boolean blocked = true;

    /** Index of the next byte to write. Used only by the thread that runs the loop, like {@link #flushed}. */
    private int position;

    /** Position at the last flush. */
    private int flushed = -1;

    /**
     * @param end exclusive end of the range
     * @param available exclusive end of the bytes that are there already
     * @param onWritten called when the whole range has been written
     * @param onClientGone called when the client has disconnected
     */
    @SuppressWarnings("TooManyParameters") // one caller each for whole and growing bodies
    MemoryWriter(
            ServletOutputStream output,
            byte[] bytes,
            int start,
            int end,
            int available,
            Runnable onWritten,
            Consumer<Throwable> onClientGone) {
        this.output = output;
        this.bytes = bytes;
        this.position = start;
        this.end = end;
        this.available = available;
        this.onWritten = onWritten;
        this.onClientGone = onClientGone;
    }

    void start() {
        output.setWriteListener(this);
    }

    /** Reports that the array has grown; {@code available} is the new exclusive end. */
    void grown(int available) {
        this.available = available;
        wake();
    }

    /** Stops writing, without a callback. */
    void stop() {
        stopped = true;
    }

    @Override
    public void onWritePossible() {
        blocked = false;
        wake();
    }

    private void wake() {
        if (wakeups.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                advance();
            } catch (IOException | RuntimeException e) {
                onError(e);
            }
            seen = wakeups.addAndGet(-seen);
        } while (seen != 0);
    }

    private void advance() throws IOException {
        while (!stopped && isReady()) {
            int limit = Math.min(available, end);
            if (position < limit) {
                int from = position;
                position = limit;
                output.write(bytes, from, limit - from);
            } else if (position == end) {
                stopped = true;
                onWritten.run();
            } else if (flushed < position) {
                flushed = position;
                output.flush(); // send what is available before waiting for more
            } else {
                return;
            }
        }
    }

    private boolean isReady() {
        if (blocked) {
            return false;
        }
        blocked = true; // before the call: onWritePossible may run on another thread before isReady returns
        boolean ready = output.isReady();
        if (ready) {
            blocked = false;
        }
        return ready;
    }

    @Override
    public void onError(Throwable failure) {
        if (!stopped) {
            stopped = true;
            onClientGone.accept(failure);
        }
    }
}
