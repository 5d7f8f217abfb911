package org.streamlitgateway.limit;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many of one thing each client has in use, and how many it may. What is remembered is bounded by what is in use.
 * Thread-safe.
 */
public final class Quota {
    private final ConcurrentHashMap<String, Integer> inUse = new ConcurrentHashMap<>();
    private final OverLimit overLimit;
    private volatile int most;

    /**
     * Made once for what is counted.
     *
     * @param most per client; 0 for any number
     */
    public Quota(int most, OverLimit overLimit) {
        this.most = most;
        this.overLimit = overLimit;
    }

    /** From now on; what is in use stays so. */
    public void setLimit(int most) {
        this.most = most;
    }

    /** Takes one for this client (see {@link ClientKey}); {@code null} when it has its share. */
    public Share acquire(String client) {
        int limit = most;
        int now = inUse.merge(client, 1, Integer::sum);
        if (limit > 0 && now > limit) {
            release(client);
            overLimit.refused(client);
            return null;
        }
        return new Share(this, client);
    }

    private void release(String client) {
        inUse.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }

    /** One of what is counted. */
    public static final class Share {
        private final AtomicBoolean given = new AtomicBoolean();
        private final Quota quota;
        private final String client;

        private Share(Quota quota, String client) {
            this.quota = quota;
            this.client = client;
        }

        /** Only the first call counts. */
        public void release() {
            if (given.compareAndSet(false, true)) {
                quota.release(client);
            }
        }
    }
}
