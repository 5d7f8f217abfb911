package org.streamlitgateway.process;

import java.time.Instant;

/**
 * One process of a managed app, at one moment.
 *
 * @param pid 0 if it does not run
 * @param memoryBytes resident memory including its child processes; 0 if it is not known
 * @param restarts restarts since the gateway's start, without those of an operator
 * @param lastEnd its latest end or failed start; {@code null} if there was none
 */
public record ProcessStatus(long pid, long memoryBytes, int restarts, End lastEnd) {
    static final ProcessStatus NONE = new ProcessStatus(0, 0, 0, null);

    /** End of a process that nobody had asked for. */
    public record End(Instant time, String reason) {}

    /** Returns this status with the history of an earlier process in the same place. */
    ProcessStatus after(ProcessStatus earlier) {
        return new ProcessStatus(
                pid, memoryBytes, restarts + earlier.restarts, lastEnd == null ? earlier.lastEnd : lastEnd);
    }
}
