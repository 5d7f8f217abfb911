package org.streamlitgateway.cache;

import jakarta.servlet.ServletOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.streamlitgateway.cache.header.ContentCoding;

/**
 * A response that is being stored in the cache. Takes the body as fast as Streamlit sends it, so that a slow client delays no
 * other. The client of the leading request reads the body while it grows.
 */
public final class Recording {
    private final AssetCache cache;
    private final Asset asset;
    private final byte[] body;
    private final MemoryWriter writer;
    private final AtomicBoolean released = new AtomicBoolean();
    private int filled;
    private boolean started;
    private boolean stored;

    /**
     * @param onWritten called when the client has received the whole body
     * @param onClientGone called when the client has disconnected
     */
    Recording(
            AssetCache cache,
            Asset asset,
            ServletOutputStream output,
            Runnable onWritten,
            Consumer<Throwable> onClientGone) {
        this.cache = cache;
        this.asset = asset;
        this.body = asset.body(ContentCoding.IDENTITY);
        this.writer = new MemoryWriter(
                output,
                body,
                0,
                body.length,
                0,
                () -> {
                    release();
                    onWritten.run();
                },
                cause -> {
                    release();
                    onClientGone.accept(cause);
                });
    }

    /** Releases the client's share of the asset, once. */
    private void release() {
        if (released.compareAndSet(false, true)) {
            cache.release(asset);
        }
    }

    /** Appends a chunk of the body. Called by one thread at a time. */
    public void add(ByteBuffer chunk) {
        int length = Math.min(chunk.remaining(), body.length - filled);
        chunk.get(body, filled, length);
        filled += length;
        if (filled == body.length) {
            store(); // before the client has the whole body and may ask again
        }
        writer.grown(filled);
        start();
    }

    private void store() {
        if (!stored) {
            stored = true;
            cache.store(asset);
        }
    }

    /** Starts writing with the first chunk, which then travels together with the headers. */
    private void start() {
        if (!started) {
            started = true;
            writer.start();
        }
    }

    /**
     * Ends the recording with the response. If the body is incomplete, drops it and writes nothing more to the client.
     *
     * @return whether the body is complete and stored
     */
    public boolean end() {
        if (filled == body.length) {
            store();
            start();
            return true;
        }
        writer.stop();
        release();
        cache.drop(asset);
        return false;
    }
}
