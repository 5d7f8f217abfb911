package org.streamlitgateway.status.action;

import java.time.Instant;

/**
 * One action that somebody asked for.
 *
 * @param number counts from 1
 * @param target the parameters, or empty
 */
public record AuditEntry(
        long number, Instant time, Actor actor, ActionName action, String target, ActionResult result) {}
