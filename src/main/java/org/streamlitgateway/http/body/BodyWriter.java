package org.streamlitgateway.http.body;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Writes a body to the client piece by piece and flushes each, never waiting. The caller gives one piece at a time and
 * gets a call when it has been taken; that is the back-pressure on Streamlit.
 *
 * <pre>
 *   IDLE ──write──▶ DATA ──▶ FLUSH ──▶ TAKEN ──▶ IDLE, then the caller's callback
 * </pre>
 *
 * Each arrow needs {@code isReady()}; the container calls {@link #onWritePossible} when it becomes so. One thread at
 * a time: the container's contract for the listener, and the caller's for {@link #write}.
 */
public final class BodyWriter implements WriteListener {
    private enum State {
        IDLE,
        DATA,
        FLUSH,
        TAKEN
    }

    private final ServletOutputStream output;
    private final Consumer<Throwable> onFailure;
    private State state = State.IDLE;
    private boolean listening;
    private ByteBuffer piece;
    private Runnable taken;

    public BodyWriter(ServletOutputStream output, Consumer<Throwable> onFailure) {
        this.output = output;
        this.onFailure = onFailure;
    }

    /**
     * Writes and flushes a piece; an empty one flushes what is there, be it only the headers.
     *
     * @return true when it has been taken already; else {@code taken} is called later, from another thread
     */
    public boolean write(ByteBuffer piece, Runnable taken) {
        this.piece = piece;
        this.taken = taken;
        this.state = piece.hasRemaining() ? State.DATA : State.FLUSH;
        if (!listening) {
            listening = true;
            output.setWriteListener(this); // the container calls onWritePossible
            return false;
        }
        try {
            return advance();
        } catch (IOException lost) {
            onError(lost);
            return false;
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        Runnable done = taken;
        if (advance()) {
            done.run();
        }
    }

    /** True when the piece was taken just now. */
    private boolean advance() throws IOException {
        while (state != State.IDLE && output.isReady()) {
            switch (state) {
                case DATA -> {
                    state = State.FLUSH;
                    BufferOutput.write(output, piece);
                }
                case FLUSH -> {
                    state = State.TAKEN;
                    output.flush();
                }
                default -> {
                    piece = null;
                    taken = null;
                    state = State.IDLE;
                    return true;
                }
            }
        }
        return false;
    }

    /** The piece is not given back: nobody says that the container has done with it. */
    @Override
    public void onError(Throwable failure) {
        onFailure.accept(failure);
    }
}
