package org.streamlitgateway.upstream;

/**
 * Draining and removal of a replica. During a drain, new visitors go elsewhere and existing sessions may stay for a limited
 * time. In maintenance, no session may stay and nothing is sent to the replica. A replica that the configuration no longer
 * names is retired, which is the same for good. Thread-safe.
 *
 * <pre>
 *   IN_SERVICE ──beginDrain──▶ DRAINING ──endDrain──▶ OVER
 *        ▲                        │                    │
 *        └─────── cancelDrain ────┴────────────────────┘        any state ──retire──▶ OVER, for good
 *
 *   any state ──beginMaintenance──▶ IN_MAINTENANCE ──beginDrain or cancelDrain──▶ the state of the drain
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
    private volatile boolean inMaintenance;

    DrainState(ReplicaLoad load) {
        this.load = load;
    }

    /**
     * Stops accepting new visitors.
     *
     * @return the drain, to be passed to {@link #endDrain}; {@code null} if the replica is draining already
     */
    public synchronized Drain beginDrain() {
        inMaintenance = false;
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
        inMaintenance = false;
    }

    /** Takes the replica out of service at once. Returns false if it was already. */
    public synchronized boolean beginMaintenance() {
        boolean begins = !inMaintenance;
        inMaintenance = true;
        return begins;
    }

    /** Returns whether an operator has taken the replica out of service. */
    public boolean isInMaintenance() {
        return inMaintenance;
    }

    /** Returns whether new visitors must go elsewhere. */
    public boolean isDraining() {
        return drain != null || inMaintenance;
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

    /** Returns whether no session may stay: the replica is retired or in maintenance, or the time of its drain is up. */
    public boolean isOver() {
        Drain current = drain;
        return retired || inMaintenance || current != null && current.over;
    }
}
