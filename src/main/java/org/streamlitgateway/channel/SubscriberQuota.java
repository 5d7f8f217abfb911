package org.streamlitgateway.channel;

import java.util.HashMap;
import java.util.Map;

/** How many may do something at one time, in all and of each client. Thread-safe. */
public final class SubscriberQuota {
    private final int most;
    private final int mostPerClient;
    private final Map<String, Integer> byOwner = new HashMap<>();
    private int taken;

    SubscriberQuota(int most, int mostPerClient) {
        this.most = most;
        this.mostPerClient = mostPerClient;
    }

    /** Whether there is a place for this client now. */
    synchronized boolean isFree(String owner) {
        return taken < most && byOwner.getOrDefault(owner, 0) < mostPerClient;
    }

    /** Takes a place; false when there is none. */
    public synchronized boolean take(String owner) {
        if (!isFree(owner)) {
            return false;
        }
        taken++;
        byOwner.merge(owner, 1, Integer::sum);
        return true;
    }

    /** Gives back a place that was taken. */
    public synchronized void free(String owner) {
        taken--;
        byOwner.computeIfPresent(owner, (o, count) -> count == 1 ? null : count - 1);
    }
}
