package org.streamlitgateway.cache;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.streamlitgateway.cache.header.ContentCoding;

/**
 * A stored response: its headers, and its body in up to three content codings. Immutable except for the encoded bodies,
 * which are added in the background, and for the accounting fields, which are guarded by the {@link AssetCache}.
 */
final class Asset {
    private static final long UNKNOWN = -1;
    private static final List<String> COMPRESSIBLE =
            List.of("text/", "javascript", "json", "xml", "wasm", "font/ttf", "font/otf", "manifest");

    final String key;
    final List<HttpField> headers;
    final String etag;
    final long lastModifiedSeconds;
    final boolean compressible;

    private final long ageAtArrivalSeconds;
    private final long arrivedNanos = System.nanoTime();
    private final long freshSeconds;
    private volatile Map<ContentCoding, byte[]> bodies;

    /** Bytes that count against the cache's bound. */
    long weight;

    /** Number of clients and recordings that use the body. */
    int readers;

    /** Whether lookups find it. */
    boolean listed;

    Asset(String key, List<HttpField> headers, byte[] body, long ageSeconds, long freshSeconds) {
        this.key = key;
        this.headers = headers;
        this.bodies = Map.of(ContentCoding.IDENTITY, body);
        this.etag = value("ETag");
        this.lastModifiedSeconds = seconds(value("Last-Modified"));
        this.compressible = isCompressible(value("Content-Type"));
        this.ageAtArrivalSeconds = ageSeconds;
        this.freshSeconds = freshSeconds;
    }

    private String value(String name) {
        for (HttpField field : headers) {
            if (field.is(name)) {
                return field.getValue();
            }
        }
        return null;
    }

    private static long seconds(String date) {
        try {
            return date == null
                    ? UNKNOWN
                    : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date))
                            .getEpochSecond();
        } catch (DateTimeParseException notADate) {
            return UNKNOWN;
        }
    }

    static boolean isCompressible(String contentType) {
        String lower = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        return COMPRESSIBLE.stream().anyMatch(lower::contains);
    }

    byte[] body(ContentCoding coding) {
        return bodies.get(coding);
    }

    /** Returns the available coding that the client prefers, or the plain body if it accepts none of them. */
    ContentCoding choose(String acceptEncoding) {
        ContentCoding best = ContentCoding.IDENTITY;
        double bestWeight = 0;
        Map<ContentCoding, byte[]> available = bodies;
        for (ContentCoding coding : ContentCoding.values()) {
            if (available.containsKey(coding)) {
                double weight = coding.weight(acceptEncoding);
                if (weight > bestWeight) {
                    best = coding;
                    bestWeight = weight;
                }
            }
        }
        return best;
    }

    void add(ContentCoding coding, byte[] body) {
        Map<ContentCoding, byte[]> extended = new EnumMap<>(bodies);
        extended.put(coding, body);
        bodies = extended;
    }

    long ageSeconds() {
        return ageAtArrivalSeconds + storedSeconds();
    }

    boolean isFresh() {
        return storedSeconds() < freshSeconds;
    }

    private long storedSeconds() {
        return (System.nanoTime() - arrivedNanos) / 1_000_000_000;
    }
}
