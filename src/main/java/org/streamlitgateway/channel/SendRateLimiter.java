package org.streamlitgateway.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A token bucket for each client that sends: so many tokens a second, and no more than so many. Thread-safe. */
final class SendRateLimiter {
    /** Clients that are remembered; one that was forgotten begins with a full bucket. */
    private static final int MAX_CLIENTS = 10_000;

    private static final class Bucket {
        private double tokens;
        private long filledNanos;
    }

    private final double perSecond;
    private final Map<String, Bucket> byOwner = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_CLIENTS;
        }
    };

    SendRateLimiter(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether the client may send one more message now. */
    synchronized boolean take(String owner, long nowNanos) {
        Bucket bucket = byOwner.computeIfAbsent(owner, o -> {
            Bucket full = new Bucket();
            full.tokens = perSecond;
            full.filledNanos = nowNanos;
            return full;
        });
        double seconds = (double) (nowNanos - bucket.filledNanos) / TimeUnit.SECONDS.toNanos(1);
        bucket.tokens = Math.min(perSecond, bucket.tokens + seconds * perSecond);
        bucket.filledNanos = nowNanos;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }
}
