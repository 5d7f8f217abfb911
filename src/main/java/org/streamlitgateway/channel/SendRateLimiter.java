package org.streamlitgateway.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Limits each client's rate of sends by a token bucket that holds the tokens of one second. Thread-safe. */
final class SendRateLimiter {
    /** Maximum number of buckets. The least recently used one is evicted; its client starts again with a full bucket. */
    private static final int MAX_CLIENTS = 10_000;

    private static final class Bucket {
        private double tokens;
        private long refilledNanos;
    }

    private final double perSecond;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_CLIENTS;
        }
    };

    SendRateLimiter(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Takes a token of the client; false when none is left. */
    synchronized boolean tryAcquire(String client, long nowNanos) {
        Bucket bucket = buckets.computeIfAbsent(client, key -> {
            Bucket full = new Bucket();
            full.tokens = perSecond;
            full.refilledNanos = nowNanos;
            return full;
        });
        double seconds = (double) (nowNanos - bucket.refilledNanos) / TimeUnit.SECONDS.toNanos(1);
        bucket.tokens = Math.min(perSecond, bucket.tokens + seconds * perSecond);
        bucket.refilledNanos = nowNanos;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }
}
