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
 * One stored answer: its headers and its body in up to three codings. All but the encoded forms is fixed; those are
 * added in the background. What the {@link AssetCache} keeps account of here is guarded by the cache.
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

    /** Bytes that count against the bound; how many clients read it; whether it can still be found. */
    long weight;

    int readers;
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
        } catch (DateTimeParseException unreadable) {
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

    /** The form that a client likes best of those that are there; the plain one when it likes none. */
    ContentCoding choose(String acceptEncoding) {
        ContentCoding best = ContentCoding.IDENTITY;
        double bestWeight = 0;
        Map<ContentCoding, byte[]> there = bodies;
        for (ContentCoding coding : ContentCoding.values()) {
            if (there.containsKey(coding)) {
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
        Map<ContentCoding, byte[]> more = new EnumMap<>(bodies);
        more.put(coding, body);
        bodies = more;
    }

    long ageSeconds() {
        return ageAtArrivalSeconds + heldSeconds();
    }

    boolean isFresh() {
        return heldSeconds() < freshSeconds;
    }

    private long heldSeconds() {
        return (System.nanoTime() - arrivedNanos) / 1_000_000_000;
    }
}
