package org.streamlitgateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One Streamlit app.
 *
 * @param prefix path under which the app is served: empty for the root, else {@code /a/b} without a trailing slash
 * @param name name in the list of apps
 * @param description one sentence for the list of apps, or empty
 * @param replicas external Streamlit servers; empty for an app that the gateway starts
 * @param strip whether to remove the prefix from requests to Streamlit
 * @param launch processes to start, or {@code null} for external replicas
 * @param metrics whether to forward requests for Streamlit's metrics
 */
public record AppConfig(
        String prefix,
        String name,
        String description,
        List<Upstream> replicas,
        Strip strip,
        Launch launch,
        boolean metrics) {
    /** Whether to remove the prefix from requests to Streamlit; AUTO finds out with a health check. */
    public enum Strip {
        AUTO,
        YES,
        NO
    }

    /**
     * An external Streamlit server.
     *
     * @param address address on which it listens
     * @param drain whether it keeps its sessions but gets no new ones
     */
    public record Upstream(HostPort address, boolean drain) {}

    /**
     * Streamlit processes that the gateway starts and supervises.
     *
     * @param script the app's Python file
     * @param command command line that starts Streamlit; empty for the default
     * @param arguments additional arguments for Streamlit
     * @param processes number of processes, each a replica
     * @param lazy whether the first visit starts them
     * @param idleStop time without sessions and requests after which they are stopped; zero for never
     * @param workingDirectory working directory, or {@code null} for the gateway's own
     * @param environment variables in addition to the gateway's own
     * @param memoryBytes memory limit of each process, including its child processes; 0 for none
     * @param maxRestarts maximum number of consecutive restarts of a process that ended
     */
    public record Launch(
            String script,
            List<String> command,
            List<String> arguments,
            int processes,
            boolean lazy,
            Duration idleStop,
            Path workingDirectory,
            Map<String, String> environment,
            long memoryBytes,
            int maxRestarts) {}

    /** Returns the address of the first replica; {@code null} if the gateway starts the app. */
    public HostPort upstream() {
        return replicas.isEmpty() ? null : replicas.get(0).address();
    }
}
