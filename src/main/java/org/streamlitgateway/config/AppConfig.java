package org.streamlitgateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One Streamlit app.
 *
 * @param prefix path under which it is served: empty for the root, else {@code /a/b} without a trailing slash
 * @param name what the landing page calls it
 * @param description one sentence for the landing page, or empty
 * @param replicas where its Streamlits listen; empty for an app that the gateway starts
 * @param strip whether the prefix is taken off on the way to Streamlit
 * @param launch how to start it, or {@code null} when somebody else does
 * @param metrics whether Streamlit's metrics are reached from outside
 */
public record AppConfig(
        String prefix,
        String name,
        String description,
        List<Upstream> replicas,
        Strip strip,
        Launch launch,
        boolean metrics) {
    /** Whether Streamlit is addressed without the prefix; AUTO asks its health page. */
    public enum Strip {
        AUTO,
        YES,
        NO
    }

    /**
     * A Streamlit server that somebody else runs.
     *
     * @param address where it listens
     * @param drain whether it keeps the sessions that it has and gets no new ones
     */
    public record Upstream(HostPort address, boolean drain) {}

    /**
     * Streamlit processes of our own.
     *
     * @param script the app's Python file
     * @param command the words that start Streamlit; empty for the default
     * @param arguments further arguments for Streamlit
     * @param processes how many, each a replica
     * @param lazy whether they are started by the first visit
     * @param idleStop time without sessions and requests after which they are stopped; zero for never
     * @param workingDirectory where they run, or {@code null} for the gateway's own
     * @param environment variables on top of the gateway's own
     * @param memoryBytes what each process may take with all that it starts; 0 for any amount
     * @param maxRestarts how often in a row one that ended is started again
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

    /** Where its first Streamlit listens; {@code null} when the gateway starts it. */
    public HostPort upstream() {
        return replicas.isEmpty() ? null : replicas.get(0).address();
    }
}
