package org.streamlitgateway.observe;

import org.streamlitgateway.observe.metrics.AppMetrics.RunKind;
import org.streamlitgateway.streamlit.message.ScriptListener.RunStatus;

/**
 * A run of a session's script that has ended.
 *
 * @param requestedNanos when the browser asked for it, or else when it began, by {@link System#nanoTime}
 * @param firstElementNanos time from there to the first element; negative if there was none
 * @param status {@code null} if the session ended first
 */
public record ScriptRun(
        RunKind kind, String page, long requestedNanos, long firstElementNanos, long durationNanos, RunStatus status) {}
