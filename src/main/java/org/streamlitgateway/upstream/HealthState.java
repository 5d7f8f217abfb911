package org.streamlitgateway.upstream;

import java.time.Duration;
import org.streamlitgateway.config.GatewayConfig.Health;

/** Whether one Streamlit is up, by its answers to questions for its health and by refused connections. Thread-safe. */
final class HealthState {
    private static final Duration LONGEST_UNWELL = Duration.ofMinutes(1);

    private volatile boolean up = true;

    /** Answers in a row; guarded by this, as all that follows. */
    private int good;

    private int bad;

    /** When the first of the bad answers came. */
    private long badSinceNanos;

    /** Whether it could be connected to the last time. */
    private boolean reachable = true;

    boolean isUp() {
        return up;
    }

    synchronized boolean mayHoldSessions() {
        return up || reachable && System.nanoTime() - badSinceNanos < LONGEST_UNWELL.toNanos();
    }

    synchronized boolean isNew() {
        return good == 0 && bad == 0;
    }

    /**
     * Counts an answer.
     *
     * @return whether it has gone up or down by it
     */
    synchronized boolean count(boolean well, boolean reached, Health health) {
        boolean was = up;
        reachable = reached;
        badSinceNanos = bad == 0 ? System.nanoTime() : badSinceNanos;
        good = well ? good + 1 : 0;
        bad = well ? 0 : bad + 1;
        up = was ? bad < health.fall() : good >= health.rise();
        return was != up;
    }

    /**
     * A connection was refused.
     *
     * @param watched whether somebody counts answers, and so would see it rise again
     * @return whether it has gone down by it
     */
    synchronized boolean refused(boolean watched) {
        boolean ejected = watched && up;
        reachable = !watched;
        up = up && !ejected;
        good = 0;
        return ejected;
    }
}
