package org.streamlitgateway.upstream;

/**
 * How one Streamlit is taken out of service: by a drain, in which those whom it serves may stay for a time, or at once.
 * Thread-safe.
 */
public final class DrainState {
    /** One drain, from its begin to its end. */
    public static final class Drain {
        private volatile boolean over;
        private volatile boolean toldEmpty;

        private Drain() {}
    }

    private final ReplicaLoad load;

    /** The drain that goes on; {@code null} when new visitors are welcome. */
    private volatile Drain drain;

    private volatile boolean retired;

    DrainState(ReplicaLoad load) {
        this.load = load;
    }

    /** From now on, no new visitors. Returns the drain, for {@link #endDrain}; {@code null} when one is on already. */
    public synchronized Drain beginDrain() {
        if (drain != null) {
            return null;
        }
        drain = new Drain();
        return drain;
    }

    /** The time of a drain is up: the visitors that are left must go elsewhere. False when it was called off. */
    public synchronized boolean endDrain(Drain ended) {
        ended.over = true;
        return drain == ended;
    }

    /** New visitors are welcome again. */
    public synchronized void cancelDrain() {
        drain = null;
    }

    /** Whether new visitors are to go elsewhere. */
    public boolean isDraining() {
        return drain != null;
    }

    /** True once in a drain: when nobody is left. */
    public boolean reportEmptyOnce() {
        Drain on = drain;
        if (on == null || on.toldEmpty || load.sessions() > 0) {
            return false;
        }
        on.toldEmpty = true;
        return true;
    }

    /** It is no longer named by the configuration. */
    public void retire() {
        retired = true;
    }

    /** Whether nobody may stay: it has been taken out, or the time of its drain is up. */
    public boolean isOver() {
        Drain on = drain;
        return retired || on != null && on.over;
    }
}
