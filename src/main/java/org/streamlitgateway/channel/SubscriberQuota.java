package org.streamlitgateway.channel;

import java.util.HashMap;
import java.util.Map;

/** Limits how many things clients have at one time: in total, and for each client. Thread-safe. */
public final class SubscriberQuota {
    private final int max;
    private final int maxPerClient;
    private final Map<String, Integer> byClient = new HashMap<>();
    private int acquired;

    SubscriberQuota(int max, int maxPerClient) {
        this.max = max;
        this.maxPerClient = maxPerClient;
    }

    /** Checks whether {@link #tryAcquire} would succeed now. */
    synchronized boolean isAvailable(String client) {
        return acquired < max && byClient.getOrDefault(client, 0) < maxPerClient;
    }

    /** Acquires one unit, unless that exceeds a limit. */
    public synchronized boolean tryAcquire(String client) {
        if (!isAvailable(client)) {
            return false;
        }
        acquired++;
        byClient.merge(client, 1, Integer::sum);
        return true;
    }

    /** Releases one acquired unit. */
    public synchronized void release(String client) {
        acquired--;
        byClient.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
}
