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
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.streamlitgateway.cache.header.CachePolicy;
import org.streamlitgateway.cache.header.ContentCoding;

/**
 * The stored assets of all apps, within one bound of bytes; the least recently used ones make room. Thread-safe: its
 * lists and the accounts in its assets are guarded by this, and nothing is written or compressed under the lock.
 */
public final class AssetCache {
    /** Share of the bound that one asset may have, and share that growing ones may have together. */
    private static final int SMALLEST_SHARE = 4;

    private static final int RECORDING_SHARE = 2;

    /** The objects around an asset, and around each of its headers, about. */
    private static final int OVERHEAD_BYTES = 512;

    private static final int HEADER_OVERHEAD_BYTES = 128;

    /** What a longer name is answered with passes like any other answer; Streamlit's own have about 60 characters. */
    private static final int LONGEST_KEY = 1024;

    /** Made anew for each answer, or for one connection only. */
    private static final Set<String> OWN_HEADERS = Set.of(
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
    private final Map<String, InFlightRequest> flights = new HashMap<>();
    /** Names that look like an asset's and are none: their requests neither wait nor ask for the plain form. */
    private final RecentKeys passed = new RecentKeys();

    private final LongAdder hits = new LongAdder();
    private final AtomicInteger answering = new AtomicInteger();
    private long bytes;
    private long recordingBytes;

    /** @param maxBytes 0 to keep nothing */
    public AssetCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The name under which the answer to a request is or may be kept.
     *
     * @param host the host that Streamlit is told: its answer may hold it
     * @param app which app is asked
     * @param target what Streamlit is asked for
     * @return {@code null} when the cache has nothing to do with this request
     */
    public String key(HttpServletRequest request, String host, String app, String target) {
        return maxBytes > 0
                        && target.length() + host.length() + app.length() < LONGEST_KEY
                        && CachePolicy.mayAnswer(request)
                ? host + '\n' + app + ' ' + target // no header holds a line's end
                : null;
    }

    /** Answers from memory; false when the asset is not there. The request may have been made asynchronous by then. */
    public boolean answer(String key, HttpServletRequest request, HttpServletResponse response) {
        Asset asset = borrow(key);
        if (asset == null) {
            return false;
        }
        hits.increment();
        answering.incrementAndGet();
        new CachedResponse(asset, request, response, () -> {
                    giveBack(asset);
                    answering.decrementAndGet();
                })
                .send();
        return true;
    }

    /**
     * Whether requests for this asset should wait for one another.
     *
     * @return the flight to wait for; a new one of the caller's own, to be landed by it; or {@code null} for neither
     */
    public Boarding board(String key, HttpServletRequest request) {
        if (!CachePolicy.mayRecord(request)
                || !CachePolicy.isUnconditional(request)
                || !CachePolicy.isFingerprinted(key)) {
            return null;
        }
        synchronized (this) {
            if (passed.contains(key)) {
                return null;
            }
            InFlightRequest there = flights.get(key);
            if (there != null) {
                return new Boarding(there, false);
            }
            InFlightRequest own = new InFlightRequest(this, key);
            if (isKept(key)) {
                own.land(); // it came after the caller had looked for it
                return new Boarding(own, false);
            }
            flights.put(key, own);
            return new Boarding(own, true);
        }
    }

    private boolean isKept(String key) {
        Asset asset = assets.get(key);
        return asset != null && asset.isFresh();
    }

    /**
     * A place in a flight.
     *
     * @param flight the one request for the asset
     * @param leads whether the caller is to send it
     */
    public record Boarding(InFlightRequest flight, boolean leads) {}

    /**
     * Begins to keep an answer whose headers have come, when it may be kept and there is room.
     *
     * @param taken called when the client has taken the whole body
     * @param lost called when the client is gone
     * @return {@code null} when the answer is to be passed on as any other
     */
    public Recording record(
            String key,
            HttpServletRequest request,
            HttpServletResponse response,
            Response answer,
            Runnable taken,
            Consumer<Throwable> lost)
            throws IOException {
        if (!CachePolicy.mayRecord(request)) {
            return null;
        }
        long freshSeconds = CachePolicy.freshSeconds(answer);
        if (freshSeconds == 0) {
            if (answer.getStatus() == 200) {
                pass(key);
            }
            return null;
        }
        long length = answer.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        List<HttpField> headers = new ArrayList<>();
        for (HttpField field : answer.getHeaders()) {
            if (!OWN_HEADERS.contains(field.getLowerCaseName())) {
                headers.add(field);
            }
        }
        headers.add(new HttpField("Accept-Ranges", "bytes"));
        long weight = weight(key, headers) + length;
        if (!reserve(weight)) {
            return null;
        }
        Asset asset = new Asset(
                key, headers, new byte[(int) length], CachePolicy.ageSeconds(answer.getHeaders()), freshSeconds);
        asset.weight = weight;
        asset.readers = 2; // the recording and its client
        if (asset.compressible && !answer.getHeaders().contains(HttpHeader.VARY)) {
            response.setHeader("Vary", "Accept-Encoding"); // the next answer may be another form
        }
        return new Recording(this, asset, response.getOutputStream(), taken, lost);
    }

    /** Of all but the body; characters count twice. */
    private static long weight(String key, List<HttpField> headers) {
        long weight = OVERHEAD_BYTES + 2L * key.length();
        for (HttpField field : headers) {
            int value = field.getValue() == null ? 0 : field.getValue().length();
            weight += HEADER_OVERHEAD_BYTES + 2L * (field.getName().length() + value);
        }
        return weight;
    }

    private synchronized void pass(String key) {
        if (CachePolicy.isFingerprinted(key)) {
            passed.add(key);
        }
    }

    private synchronized boolean reserve(long weight) {
        if (weight > maxBytes / SMALLEST_SHARE || recordingBytes + weight > maxBytes / RECORDING_SHARE) {
            return false;
        }
        bytes += weight;
        recordingBytes += weight;
        makeRoom();
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
            Asset before = assets.put(asset.key, asset);
            asset.listed = true;
            asset.readers--;
            if (before != null) {
                unlist(before);
            }
        }
        compressor.compress(asset);
    }

    synchronized void drop(Asset asset) {
        recordingBytes -= asset.weight;
        giveBack(asset);
    }

    synchronized void add(Asset asset, ContentCoding coding, byte[] encoded) {
        if (asset.listed) {
            asset.add(coding, encoded);
            asset.weight += encoded.length;
            bytes += encoded.length;
            makeRoom();
        }
    }

    private synchronized Asset borrow(String key) {
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

    synchronized void giveBack(Asset asset) {
        asset.readers--;
        if (asset.readers == 0 && !asset.listed) {
            bytes -= asset.weight;
        }
    }

    /** What a client still reads counts until it is given back. */
    private void unlist(Asset asset) {
        asset.listed = false;
        if (asset.readers == 0) {
            bytes -= asset.weight;
        }
    }

    private void makeRoom() {
        var eldest = assets.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            Asset asset = eldest.next();
            eldest.remove();
            unlist(asset);
        }
    }

    synchronized void landed(String key, InFlightRequest flight) {
        flights.remove(key, flight);
    }

    /** Bytes in use: stored, growing, or still read by a client. */
    public synchronized long bytes() {
        return bytes;
    }

    /** How many answers from memory are on their way. */
    public int answering() {
        return answering.get();
    }

    /** How many requests were answered from memory. */
    public long hits() {
        return hits.sum();
    }

    public void stop() {
        compressor.stop();
    }
}
