package org.streamlitgateway.upstream;

import java.time.Instant;

/**
 * A failed health check, or a refused connection.
 *
 * @param reason fixed text, such as "it accepts no connection"
 */
public record ReplicaFailure(Instant time, String reason) {}
