package org.streamlitgateway.outcome;

/**
 * How far the gateway is on its way out. It goes forward only:
 *
 * <pre>
 *   READY ──▶ DRAINING ──▶ STOPPING
 * </pre>
 *
 * DRAINING serves everything, but tells balancers to turn away and clients to open a new connection next time; STOPPING
 * finishes what is running and takes no new WebSockets. Thread-safe.
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

    public synchronized void drain() {
        if (state == State.READY) {
            state = State.DRAINING;
        }
    }

    public synchronized void stop() {
        state = State.STOPPING;
    }
}
