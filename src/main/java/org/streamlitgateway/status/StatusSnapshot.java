package org.streamlitgateway.status;

import java.time.Instant;
import java.util.List;
import org.streamlitgateway.observe.history.AppSummary;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.routing.AppState;
import org.streamlitgateway.upstream.ReplicaState;

/**
 * What a gateway does at one moment. Durations are in milliseconds and negative if not known.
 *
 * @param sessions a part of the open sessions, the newest first
 * @param sessionsFound number of open sessions that the filter lets pass
 * @param configuration {@code null} without a configuration file
 * @param certificateExpiry {@code null} without TLS
 */
public record StatusSnapshot(
        Instant time,
        GatewayFacts gateway,
        List<AppStatus> apps,
        List<SessionStatus> sessions,
        int sessionsFound,
        List<ChannelStatusLine> channels,
        Reload configuration,
        Instant certificateExpiry,
        List<LimitHits> limits) {

    /** Whether the gateway accepts visitors. */
    public enum Phase {
        READY,
        DRAINING,
        STOPPING
    }

    /**
     * The gateway itself.
     *
     * @param container name of the servlet container with its version
     * @param sessions number of all open sessions
     */
    public record GatewayFacts(
            String version, String java, String container, Instant started, Phase phase, int sessions) {}

    /**
     * One app.
     *
     * @param path path of the app, as configured
     * @param notice an operator's text for visitors of a stopped app; {@code null} if the app is not stopped
     * @param managed whether the gateway runs its processes
     * @param streamlitVersions versions that its sessions reported
     */
    public record AppStatus(
            String path,
            String name,
            AppState state,
            String notice,
            boolean managed,
            List<String> streamlitVersions,
            AppSummary summary,
            List<ReplicaStatus> replicas) {}

    /**
     * One replica.
     *
     * @param name name by which actions refer to it
     * @param rerunsPerMinute over the last five minutes, as are the percentiles
     * @param memoryBytes memory of its process; 0 if the gateway does not run it
     * @param restarts restarts of its process; negative if the gateway does not run it
     * @param failure its latest failure; {@code null} if there was none
     */
    public record ReplicaStatus(
            String name,
            String address,
            ReplicaState state,
            int sessions,
            double rerunsPerMinute,
            long p50Millis,
            long p95Millis,
            long memoryBytes,
            int restarts,
            FailureLine failure) {}

    /** Why and when something failed. */
    public record FailureLine(Instant time, String reason) {}

    /**
     * One open session.
     *
     * @param id keyed hash of the session's name in the log; Streamlit's own id is a secret
     * @param name name in the log
     * @param user {@code null} without authentication
     * @param page path below the app; {@code null} if it is not known
     * @param opening new, resumed or lost; {@code null} if it is not known
     * @param runningMillis duration of the run in progress; negative if there is none
     * @param queuedBytes bytes that the browser has not acknowledged
     * @param slow whether these are many
     */
    public record SessionStatus(
            String id,
            String name,
            String app,
            String replica,
            String user,
            String client,
            String page,
            Instant since,
            String opening,
            long reruns,
            long exceptions,
            long p95Millis,
            long runningMillis,
            long bytesUp,
            long bytesDown,
            long queuedBytes,
            boolean slow) {}

    /**
     * One channel.
     *
     * @param state state of the feed; of the best one if each subscriber has its own
     * @param sequence number of the latest message; negative if each subscriber has its own feed
     * @param furthestBehind messages that the slowest subscriber has still to receive
     */
    public record ChannelStatusLine(
            String name,
            String mode,
            String state,
            int subscribers,
            long sequence,
            long furthestBehind,
            long messages,
            long dropped,
            long reconnects) {}

    /** How often a limit was hit since the start of the gateway. */
    public record LimitHits(String limit, String app, long hits) {}
}
