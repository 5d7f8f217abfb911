package org.streamlitgateway.cache;

import jakarta.servlet.ServletOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.streamlitgateway.cache.header.ContentCoding;

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
    private boolean stored;

    /**
     * @param taken called when the client that asked first has taken all
     * @param lost called when that client is gone
     */
    Recording(AssetCache cache, Asset asset, ServletOutputStream output, Runnable taken, Consumer<Throwable> lost) {
        this.cache = cache;
        this.asset = asset;
        this.body = asset.body(ContentCoding.IDENTITY);
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
        if (filled == body.length) {
            store(); // before the client can have all and ask again
        }
        first.grown(filled);
        start();
    }

    private void store() {
        if (!stored) {
            stored = true;
            cache.store(asset);
        }
    }

    /** Not before there is a piece, so that the headers travel with it. */
    private void start() {
        if (!started) {
            started = true;
            first.start();
        }
    }

    /**
     * The answer has come to its end. When it broke off before, nothing more is written to the client.
     *
     * @return whether it is whole, and stored
     */
    public boolean end() {
        if (filled == body.length) {
            store();
            start();
            return true;
        }
        first.stop();
        release();
        cache.drop(asset);
        return false;
    }
}
