package org.streamlitgateway.cache;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.streamlitgateway.cache.header.CachePolicy;
import org.streamlitgateway.cache.header.ContentCoding;

/**
 * Memory cache for immutable assets of all apps, bounded in bytes. Evicts the least recently used assets. Thread-safe: the
 * maps and the accounting fields of the assets are guarded by this. Nothing is written or compressed under the lock.
 */
public final class AssetCache {
    /** One asset may use at most the bound divided by this. */
    private static final int ASSET_DIVISOR = 4;

    /** All recordings together may use at most the bound divided by this. */
    private static final int RECORDINGS_DIVISOR = 2;

    /** Approximate size of an asset without its headers and bodies. */
    private static final int OVERHEAD_BYTES = 512;

    /** Approximate size of a header without its text. */
    private static final int HEADER_OVERHEAD_BYTES = 128;

    /** Maximum length of a key, in characters. Responses with a longer one are not cached. */
    private static final int MAX_KEY_LENGTH = 1024;

    /** Headers that are set for each response, or belong to one connection. */
    private static final Set<String> UNSTORED_HEADERS = Set.of(
            "content-length",
            "content-encoding",
            "vary",
            "age",
            "accept-ranges",
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "upgrade");

    private final long maxBytes;
    private final Compressor compressor = new Compressor(this);
    private final Map<String, Asset> assets = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, InFlightRequest> inFlight = new HashMap<>();

    /** Fingerprinted keys whose responses proved uncacheable; their requests are not coalesced. */
    private final RecentKeys uncacheable = new RecentKeys();

    private final AtomicInteger answering = new AtomicInteger();

    /** Bytes in use by assets that are stored, being recorded, or being read by a client. */
    private long bytes;

    /** Share of these that belongs to recordings. */
    private long recordingBytes;

    /** @param maxBytes bound of the memory used; 0 disables the cache */
    public AssetCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Returns the cache key of a request, or {@code null} if the request cannot be answered from the cache.
     *
     * @param host the host sent to Streamlit, which the response may repeat
     * @param app path prefix of the app
     * @param target request target sent to Streamlit
     */
    public String key(HttpServletRequest request, String host, String app, String target) {
        return maxBytes > 0
                        && target.length() + host.length() + app.length() < MAX_KEY_LENGTH
                        && CachePolicy.mayAnswer(request)
                ? host + '\n' + app + ' ' + target // a header contains no line feed
                : null;
    }

    /**
     * Answers a request from memory, if the asset is stored and fresh. The request may be asynchronous already.
     *
     * @return whether the request is answered
     */
    public boolean answer(String key, HttpServletRequest request, HttpServletResponse response) {
        Asset asset = acquire(key);
        if (asset == null) {
            return false;
        }
        answering.incrementAndGet();
        new CachedResponse(asset, request, response, () -> {
                    release(asset);
                    answering.decrementAndGet();
                })
                .send();
        return true;
    }

    /**
     * Joins the request in flight for an asset, or starts one with the caller as its leader.
     *
     * @return {@code null} if requests for this key are not coalesced
     */
    public Membership join(String key, HttpServletRequest request) {
        if (!CachePolicy.mayRecord(request)
                || !CachePolicy.isUnconditional(request)
                || !CachePolicy.isFingerprinted(key)) {
            return null;
        }
        synchronized (this) {
            if (uncacheable.contains(key)) {
                return null;
            }
            InFlightRequest current = inFlight.get(key);
            if (current != null) {
                return new Membership(current, false);
            }
            InFlightRequest created = new InFlightRequest(this, key);
            if (isStored(key)) {
                created.complete(); // the asset was stored after the caller's lookup
                return new Membership(created, false);
            }
            inFlight.put(key, created);
            return new Membership(created, true);
        }
    }

    private boolean isStored(String key) {
        Asset asset = assets.get(key);
        return asset != null && asset.isFresh();
    }

    /**
     * A caller's part in a coalesced request.
     *
     * @param inFlight the one request for the asset
     * @param leader whether the caller must send it and complete it; otherwise the caller waits for it
     */
    public record Membership(InFlightRequest inFlight, boolean leader) {}

    /**
     * Starts recording a response whose headers have arrived, if it is cacheable and fits.
     *
     * @param onWritten called when the client has received the whole body
     * @param onClientGone called when the client has disconnected
     * @return {@code null} if the response is not cached
     */
    public Recording record(
            String key,
            HttpServletRequest request,
            HttpServletResponse response,
            Response upstream,
            Runnable onWritten,
            Consumer<Throwable> onClientGone)
            throws IOException {
        if (!CachePolicy.mayRecord(request)) {
            return null;
        }
        long freshSeconds = CachePolicy.freshSeconds(upstream);
        if (freshSeconds == 0) {
            if (upstream.getStatus() == 200) {
                addUncacheable(key);
            }
            return null;
        }
        long length = upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        List<HttpField> headers = new ArrayList<>();
        for (HttpField field : upstream.getHeaders()) {
            if (!UNSTORED_HEADERS.contains(field.getLowerCaseName())) {
                headers.add(field);
            }
        }
        headers.add(new HttpField("Accept-Ranges", "bytes"));
        long weight = weight(key, headers) + length;
        if (!reserve(weight)) {
            return null;
        }
        Asset asset = new Asset(
                key, headers, new byte[(int) length], CachePolicy.ageSeconds(upstream.getHeaders()), freshSeconds);
        asset.weight = weight;
        asset.readers = 2; // the recording and its client
        if (asset.compressible && !upstream.getHeaders().contains(HttpHeader.VARY)) {
            response.setHeader("Vary", "Accept-Encoding"); // the next response may be encoded
        }
        return new Recording(this, asset, response.getOutputStream(), onWritten, onClientGone);
    }

    /** Returns the approximate size of an asset without its body, at two bytes a character. */
    private static long weight(String key, List<HttpField> headers) {
        long weight = OVERHEAD_BYTES + 2L * key.length();
        for (HttpField field : headers) {
            int value = field.getValue() == null ? 0 : field.getValue().length();
            weight += HEADER_OVERHEAD_BYTES + 2L * (field.getName().length() + value);
        }
        return weight;
    }

    private synchronized void addUncacheable(String key) {
        if (CachePolicy.isFingerprinted(key)) {
            uncacheable.add(key);
        }
    }

    /** Returns the memory in use. */
    public synchronized long bytes() {
        return bytes;
    }

    private synchronized boolean reserve(long weight) {
        if (weight > maxBytes / ASSET_DIVISOR || recordingBytes + weight > maxBytes / RECORDINGS_DIVISOR) {
            return false;
        }
        bytes += weight;
        recordingBytes += weight;
        evict();
        if (bytes > maxBytes) {
            bytes -= weight;
            recordingBytes -= weight;
            return false;
        }
        return true;
    }

    void store(Asset asset) {
        synchronized (this) {
            recordingBytes -= asset.weight;
            Asset replaced = assets.put(asset.key, asset);
            asset.listed = true;
            asset.readers--;
            if (replaced != null) {
                unlist(replaced);
            }
        }
        compressor.compress(asset);
    }

    synchronized void drop(Asset asset) {
        recordingBytes -= asset.weight;
        release(asset);
    }

    synchronized void add(Asset asset, ContentCoding coding, byte[] encoded) {
        if (asset.listed) {
            asset.add(coding, encoded);
            asset.weight += encoded.length;
            bytes += encoded.length;
            evict();
        }
    }

    private synchronized Asset acquire(String key) {
        Asset asset = assets.get(key);
        if (asset == null) {
            return null;
        }
        if (!asset.isFresh()) {
            assets.remove(key);
            unlist(asset);
            return null;
        }
        asset.readers++;
        return asset;
    }

    synchronized void release(Asset asset) {
        asset.readers--;
        if (asset.readers == 0 && !asset.listed) {
            bytes -= asset.weight;
        }
    }

    /** Takes an asset out of the accounts, now or when its last reader releases it. */
    private void unlist(Asset asset) {
        asset.listed = false;
        if (asset.readers == 0) {
            bytes -= asset.weight;
        }
    }

    private void evict() {
        var eldest = assets.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Asset asset = eldest.next();
            eldest.remove();
            unlist(asset);
        }
    }

    synchronized void completed(String key, InFlightRequest request) {
        inFlight.remove(key, request);
    }

    /** Returns the number of responses from memory that are in progress. */
    public int answering() {
        return answering.get();
    }

    public void stop() {
        compressor.stop();
    }
}
