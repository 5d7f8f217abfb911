package org.streamlitgateway.upstream;

import java.time.Duration;
import java.time.Instant;
import org.streamlitgateway.config.GatewayConfig.Health;

/** Health of one replica, from consecutive check results and refused connections. Thread-safe. */
final class HealthState {
    /** How long an unhealthy replica is assumed to keep its sessions. */
    private static final Duration MAX_UNHEALTHY = Duration.ofMinutes(1);

    private volatile boolean up = true;
    private volatile ReplicaFailure lastFailure;

    /** Consecutive good results; guarded by this, as are the fields below. */
    private int good;

    /** Consecutive bad results. */
    private int bad;

    /** Time of the first of the consecutive bad results. */
    private long badSinceNanos;

    /** Whether the last check could connect. */
    private boolean reachable = true;

    boolean isUp() {
        return up;
    }

    /** Returns the latest failure; {@code null} if there was none. */
    ReplicaFailure lastFailure() {
        return lastFailure;
    }

    void failed(String reason) {
        lastFailure = new ReplicaFailure(Instant.now(), reason);
    }

    synchronized boolean mayHoldSessions() {
        return up || reachable && System.nanoTime() - badSinceNanos < MAX_UNHEALTHY.toNanos();
    }

    synchronized boolean isNew() {
        return good == 0 && bad == 0;
    }

    /**
     * Counts the result of a check.
     *
     * @return whether the replica has gone up or down
     */
    synchronized boolean count(boolean healthy, boolean reached, Health health) {
        boolean before = up;
        reachable = reached;
        badSinceNanos = bad == 0 ? System.nanoTime() : badSinceNanos;
        good = healthy ? good + 1 : 0;
        bad = healthy ? 0 : bad + 1;
        up = before ? bad < health.fall() : good >= health.rise();
        return before != up;
    }

    /**
     * Takes the replica down after a refused connection, if it is checked and can therefore rise again.
     *
     * @return whether the replica has gone down
     */
    synchronized boolean connectionRefused(boolean checked) {
        boolean ejected = checked && up;
        reachable = !checked;
        up = up && !ejected;
        good = 0;
        return ejected;
    }
}
