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
    /** Below this the headers weigh more than what is saved. */
    private static final int LEAST_BYTES = 256;

    /** What saves less than this share is not worth a second form. */
    private static final double LEAST_SAVING = 0.05;

    /** The levels above take many times as long for one or two hundredths of the size. */
    private static final int GZIP_LEVEL = 6;

    private static final int LONGEST_QUEUE = 4096;
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
                new LinkedBlockingQueue<>(LONGEST_QUEUE),
                task -> {
                    Thread thread = new Thread(task, "gateway-compressor");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy()); // served as it is
        worker.allowCoreThreadTimeOut(true);
    }

    /** Adds the encoded forms to an asset that has just been stored. */
    void compress(Asset asset) {
        if (asset.compressible && asset.body(ContentCoding.IDENTITY).length >= LEAST_BYTES) {
            worker.execute(() -> {
                keep(asset, ContentCoding.GZIP, gzip(asset.body(ContentCoding.IDENTITY)));
                keep(asset, ContentCoding.BROTLI, Brotli.compress(asset.body(ContentCoding.IDENTITY)));
            });
        }
    }

    private void keep(Asset asset, ContentCoding coding, byte[] encoded) {
        int plain = asset.body(ContentCoding.IDENTITY).length;
        if (encoded.length > 0 && encoded.length < plain * (1 - LEAST_SAVING)) {
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
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
        return encoded.toByteArray();
    }

    void stop() {
        worker.shutdownNow();
    }
}
