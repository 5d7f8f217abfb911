package org.streamlitgateway.config;

import java.util.List;

/**
 * One Streamlit app.
 *
 * @param prefix path under which it is served: empty for the root, else {@code /a/b} without a trailing slash
 * @param upstream where its Streamlit listens; for a launched app, replaced by the port it was started on
 * @param strip whether the prefix is taken off on the way to Streamlit
 * @param launch how to start it, or {@code null} when somebody else does
 */
public record AppConfig(String prefix, HostPort upstream, Strip strip, Launch launch) {
    /** Whether Streamlit is addressed without the prefix; AUTO asks its health page. */
    public enum Strip {
        AUTO,
        YES,
        NO
    }

    /**
     * A Streamlit process of our own.
     *
     * @param script the app's Python file
     * @param command the words that start Streamlit; empty for the default
     * @param arguments further arguments for Streamlit
     */
    public record Launch(String script, List<String> command, List<String> arguments) {}

    public AppConfig at(HostPort address) {
        return new AppConfig(prefix, address, strip, launch);
    }
}
