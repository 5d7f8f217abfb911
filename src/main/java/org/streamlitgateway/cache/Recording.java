package org.streamlitgateway.cache;

import jakarta.servlet.ServletOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An asset on its way into the cache. It takes the body as fast as Streamlit sends it, so that a slow client holds up
 * nobody else, and the client that asked first reads from it while it grows.
 */
public final class Recording {
    private final AssetCache cache;
    private final Asset asset;
    private final byte[] body;
    private final MemoryWriter first;
    private final AtomicBoolean released = new AtomicBoolean();
    private int filled;
    private boolean started;

    /**
     * @param taken called when the client that asked first has taken all
     * @param lost called when that client is gone
     */
    Recording(AssetCache cache, Asset asset, ServletOutputStream output, Runnable taken, Consumer<Throwable> lost) {
        this.cache = cache;
        this.asset = asset;
        this.body = asset.body(Coding.IDENTITY);
        this.first = new MemoryWriter(
                output,
                body,
                0,
                body.length,
                0,
                () -> {
                    release();
                    taken.run();
                },
                cause -> {
                    release();
                    lost.accept(cause);
                });
    }

    /** The client reads no more. */
    private void release() {
        if (released.compareAndSet(false, true)) {
            cache.giveBack(asset);
        }
    }

    /** Takes a piece; only one thread at a time. */
    public void add(ByteBuffer piece) {
        int length = Math.min(piece.remaining(), body.length - filled);
        piece.get(body, filled, length);
        filled += length;
        first.grown(filled);
        start();
    }

    /** Not before there is a piece, so that the headers travel with it. */
    private void start() {
        if (!started) {
            started = true;
            first.start();
        }
    }

    /** The answer has come to its end; stores it if it is whole. */
    public void succeeded() {
        if (filled == body.length) {
            cache.store(asset);
            start();
        } else {
            failed();
        }
    }

    /** The answer broke off; nothing more is written to the client. */
    public void failed() {
        first.stop();
        release();
        cache.drop(asset);
    }
}
