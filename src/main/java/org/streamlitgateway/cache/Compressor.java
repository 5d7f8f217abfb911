package org.streamlitgateway.cache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.streamlitgateway.cache.header.ContentCoding;

/** Compresses assets in the background, one at a time, on a thread that exists only while there is work. */
final class Compressor {
    /** Smaller bodies are not compressed: the headers would outweigh the saving. */
    private static final int MIN_BYTES = 256;

    /** Share of the size that an encoded body must save to be stored. */
    private static final double MIN_SAVING = 0.05;

    /** Higher levels take many times as long for little gain. */
    private static final int GZIP_LEVEL = 6;

    private static final int MAX_QUEUE = 4096;
    private static final long IDLE_SECONDS = 10;

    private final AssetCache cache;
    private final ThreadPoolExecutor worker;

    Compressor(AssetCache cache) {
        this.cache = cache;
        worker = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUE),
                task -> {
                    Thread thread = new Thread(task, "gateway-compressor");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy()); // the asset is served uncompressed
        worker.allowCoreThreadTimeOut(true);
    }

    /** Schedules the compression of an asset that has just been stored. */
    void compress(Asset asset) {
        if (asset.compressible && asset.body(ContentCoding.IDENTITY).length >= MIN_BYTES) {
            worker.execute(() -> {
                addIfSmaller(asset, ContentCoding.GZIP, gzip(asset.body(ContentCoding.IDENTITY)));
                addIfSmaller(asset, ContentCoding.BROTLI, Brotli.compress(asset.body(ContentCoding.IDENTITY)));
            });
        }
    }

    private void addIfSmaller(Asset asset, ContentCoding coding, byte[] encoded) {
        int plain = asset.body(ContentCoding.IDENTITY).length;
        if (encoded.length > 0 && encoded.length < plain * (1 - MIN_SAVING)) {
            cache.add(asset, coding, encoded);
        }
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream(plain.length / 3);
        try (GZIPOutputStream gzip = new GZIPOutputStream(encoded) {
            {
                def.setLevel(GZIP_LEVEL);
            }
        }) {
            gzip.write(plain);
        } catch (IOException impossible) { // in memory
            throw new IllegalStateException(impossible);
        }
        return encoded.toByteArray();
    }

    void stop() {
        worker.shutdownNow();
    }
}
