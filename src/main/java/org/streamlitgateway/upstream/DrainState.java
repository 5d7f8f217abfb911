package org.streamlitgateway.upstream;

/**
 * Draining and removal of a replica. During a drain, new visitors go elsewhere and existing sessions may stay for a limited
 * time. A replica that the configuration no longer names is retired, and no session may stay. Thread-safe.
 *
 * <pre>
 *   IN_SERVICE ──beginDrain──▶ DRAINING ──endDrain──▶ OVER
 *        ▲                        │                    │
 *        └─────── cancelDrain ────┴────────────────────┘        any state ──retire──▶ OVER, for good
 * </pre>
 */
public final class DrainState {
    /** One drain, from its begin to its end. */
    public static final class Drain {
        private volatile boolean over;
        private volatile boolean emptyReported;

        private Drain() {}
    }

    private final ReplicaLoad load;

    /** The current drain; {@code null} if the replica accepts new visitors. */
    private volatile Drain drain;

    private volatile boolean retired;

    DrainState(ReplicaLoad load) {
        this.load = load;
    }

    /**
     * Stops accepting new visitors.
     *
     * @return the drain, to be passed to {@link #endDrain}; {@code null} if the replica is draining already
     */
    public synchronized Drain beginDrain() {
        if (drain != null) {
            return null;
        }
        drain = new Drain();
        return drain;
    }

    /** Ends a drain whose time is up: remaining visitors must move. Returns false if the drain was cancelled. */
    public synchronized boolean endDrain(Drain ended) {
        ended.over = true;
        return drain == ended;
    }

    /** Accepts new visitors again. */
    public synchronized void cancelDrain() {
        drain = null;
    }

    /** Returns whether new visitors must go elsewhere. */
    public boolean isDraining() {
        return drain != null;
    }

    /** Returns true, once for each drain, if no session remains. */
    public boolean reportEmptyOnce() {
        Drain current = drain;
        if (current == null || current.emptyReported || load.sessions() > 0) {
            return false;
        }
        current.emptyReported = true;
        return true;
    }

    /** Takes the replica out of service for good, because the configuration no longer names it. */
    public void retire() {
        retired = true;
    }

    /** Returns whether no session may stay: the replica is retired, or the time of its drain is up. */
    public boolean isOver() {
        Drain current = drain;
        return retired || current != null && current.over;
    }
}
