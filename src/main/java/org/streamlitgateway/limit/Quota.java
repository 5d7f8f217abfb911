package org.streamlitgateway.limit;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Limit of concurrent uses of one resource for each client. Memory is bounded by the number of uses. Thread-safe.
 */
public final class Quota {
    private final ConcurrentHashMap<String, Integer> inUse = new ConcurrentHashMap<>();
    private final OverLimit overLimit;
    private volatile int limit;

    /**
     * Creates the quota of one resource.
     *
     * @param limit maximum for each client; 0 for no limit
     */
    public Quota(int limit, OverLimit overLimit) {
        this.limit = limit;
        this.overLimit = overLimit;
    }

    /** Changes the limit for later calls of {@link #acquire}; 0 for no limit. Shares in use are kept. */
    public void setLimit(int limit) {
        this.limit = limit;
    }

    /** Acquires a share for a client, identified by its {@link ClientKey}. Returns {@code null} if the limit is reached. */
    public Share acquire(String client) {
        int max = limit;
        int count = inUse.merge(client, 1, Integer::sum);
        if (max > 0 && count > max) {
            release(client);
            overLimit.refused(client);
            return null;
        }
        return new Share(this, client);
    }

    private void release(String client) {
        inUse.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }

    /** One use of the resource. */
    public static final class Share {
        private final AtomicBoolean released = new AtomicBoolean();
        private final Quota quota;
        private final String client;

        private Share(Quota quota, String client) {
            this.quota = quota;
            this.client = client;
        }

        /** Releases the share. Further calls have no effect. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                quota.release(client);
            }
        }
    }
}
