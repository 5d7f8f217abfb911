package org.streamlitgateway.cache;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Writes a part of an array to a client, never waiting; the array may still be filling up. Both the container and the
 * one that fills the array call; {@link #turns} lets one thread at a time do the work of both.
 */
final class MemoryWriter implements WriteListener {
    private final ServletOutputStream output;
    private final byte[] bytes;
    private final int end;
    private final Runnable done;
    private final Consumer<Throwable> lost;
    private final AtomicInteger turns = new AtomicInteger();
    private volatile int available;
    private volatile boolean stopped;
    /** The container has said that it will call. */
    private volatile boolean blocked = true;

    /** These two are touched only by the thread whose turn it is. */
    private int position;

    private int flushed = -1;

    /**
     * @param end first byte that is not written any more
     * @param available first byte that is not there yet
     * @param done called when all has been taken
     * @param lost called when the client is gone
     */
    @SuppressWarnings("TooManyParameters") // one caller each for whole and growing bodies
    MemoryWriter(
            ServletOutputStream output,
            byte[] bytes,
            int start,
            int end,
            int available,
            Runnable done,
            Consumer<Throwable> lost) {
        this.output = output;
        this.bytes = bytes;
        this.position = start;
        this.end = end;
        this.available = available;
        this.done = done;
        this.lost = lost;
    }

    void start() {
        output.setWriteListener(this);
    }

    /** There is more to write. */
    void grown(int available) {
        this.available = available;
        wake();
    }

    /** Nothing more is written, and nobody is told. */
    void stop() {
        stopped = true;
    }

    @Override
    public void onWritePossible() {
        blocked = false;
        wake();
    }

    private void wake() {
        if (turns.getAndIncrement() != 0) {
            return; // whose turn it is looks once more
        }
        int seen = 1;
        do {
            try {
                advance();
            } catch (IOException | RuntimeException gone) {
                onError(gone);
            }
            seen = turns.addAndGet(-seen);
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
                done.run();
            } else if (flushed < position) {
                flushed = position;
                output.flush(); // what is there goes out before more comes
            } else {
                return;
            }
        }
    }

    /** Once the container has answered no, it must not be asked again before it calls. */
    private boolean isReady() {
        if (blocked) {
            return false;
        }
        blocked = true; // first, because the call may come on another thread before the answer
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
            lost.accept(failure);
        }
    }
}
