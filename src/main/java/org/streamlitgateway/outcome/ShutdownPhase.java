package org.streamlitgateway.outcome;

/**
 * Shutdown phase of the gateway. It only moves forward:
 *
 * <pre>
 *   READY ──▶ DRAINING ──▶ STOPPING
 *     └─────────────────────▲
 * </pre>
 *
 * <p>DRAINING serves everything, but reports "not ready" to load balancers and asks clients to open a new connection for
 * their next request. STOPPING finishes running requests and accepts no new WebSockets. Thread-safe.
 */
public final class ShutdownPhase {
    private enum State {
        READY,
        DRAINING,
        STOPPING
    }

    private volatile State state = State.READY;

    public boolean isReady() {
        return state == State.READY;
    }

    public boolean isStopping() {
        return state == State.STOPPING;
    }

    /** Moves from READY to DRAINING; does nothing in a later phase. */
    public synchronized void drain() {
        if (state == State.READY) {
            state = State.DRAINING;
        }
    }

    /** Moves to STOPPING. */
    public synchronized void stop() {
        state = State.STOPPING;
    }
}
