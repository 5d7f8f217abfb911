package org.streamlitgateway.route;

import org.streamlitgateway.upstream.Replica;

/**
 * One app at one place.
 *
 * @param prefix the whole path prefix, the container's context path included: empty, or {@code /a/b}
 * @param replica the Streamlit that serves it
 */
public record Route(String prefix, Replica replica) {
    /** The path that Streamlit is asked for; {@code rawPath} begins with the prefix. */
    public String upstreamPath(String rawPath) {
        return replica.stripsPrefix() ? rawPath.substring(prefix.length()) : rawPath;
    }

    /** What was taken off on the way to Streamlit and must be put back on paths that it names. */
    public String stripped() {
        return replica.stripsPrefix() ? prefix : "";
    }
}
