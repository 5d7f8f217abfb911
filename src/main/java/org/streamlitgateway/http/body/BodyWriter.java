package org.streamlitgateway.http.body;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Writes a body to the client chunk by chunk and flushes each, without blocking. The caller writes one chunk at a time
 * and waits for its callback, which gives back-pressure on Streamlit.
 *
 * <pre>
 *   IDLE ──write──▶ DATA ──▶ FLUSH ──▶ WRITTEN ──▶ IDLE, then the caller's callback
 * </pre>
 *
 * Each transition requires {@code isReady()}; the container calls {@link #onWritePossible} when the output becomes ready.
 * Used by one thread at a time: by the container's contract for the listener, and by the caller's for {@link #write}.
 */
public final class BodyWriter implements WriteListener {
    private enum State {
        IDLE,
        DATA,
        FLUSH,
        WRITTEN
    }

    private final ServletOutputStream output;
    private final Consumer<Throwable> onFailure;
    private State state = State.IDLE;
    private boolean listening;
    private ByteBuffer chunk;
    private Runnable onWritten;

    public BodyWriter(ServletOutputStream output, Consumer<Throwable> onFailure) {
        this.output = output;
        this.onFailure = onFailure;
    }

    /**
     * Writes and flushes a chunk; an empty chunk flushes the headers.
     *
     * @return true if the chunk has been written; otherwise {@code onWritten} is called later, from another thread
     */
    public boolean write(ByteBuffer chunk, Runnable onWritten) {
        this.chunk = chunk;
        this.onWritten = onWritten;
        this.state = chunk.hasRemaining() ? State.DATA : State.FLUSH;
        if (!listening) {
            listening = true;
            output.setWriteListener(this); // calls onWritePossible
            return false;
        }
        try {
            return advance();
        } catch (IOException e) {
            onError(e);
            return false;
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        Runnable callback = onWritten;
        if (advance()) {
            callback.run();
        }
    }

    /** Returns whether the chunk has just been written. */
    private boolean advance() throws IOException {
        while (state != State.IDLE && output.isReady()) {
            switch (state) {
                case DATA -> {
                    state = State.FLUSH;
                    BufferOutput.write(output, chunk);
                }
                case FLUSH -> {
                    state = State.WRITTEN;
                    output.flush();
                }
                default -> {
                    chunk = null;
                    onWritten = null;
                    state = State.IDLE;
                    return true;
                }
            }
        }
        return false;
    }

    /** Reports the failure. The chunk is not released: the container may still be using its buffer. */
    @Override
    public void onError(Throwable failure) {
        onFailure.accept(failure);
    }
}
