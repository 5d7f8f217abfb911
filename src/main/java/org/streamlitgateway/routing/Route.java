package org.streamlitgateway.routing;

import org.streamlitgateway.upstream.Replica;

/**
 * Where one request goes: an app at one place, and the replica that was chosen for it.
 *
 * @param prefix the whole path prefix, the container's context path included: empty, or {@code /a/b}
 * @param replica the Streamlit that serves it
 * @param visitor whom the request is from, as far as our cookie tells; or empty
 * @param cookieTag what is put behind the names of the app's own cookies, because it lies under another app; or empty
 * @param movable whether another replica is up, should this one refuse
 */
public record Route(String prefix, Replica replica, String visitor, String cookieTag, boolean movable) {
    /** Of the only app, with the only replica. */
    public Route(String prefix, Replica replica) {
        this(prefix, replica, "", "", false);
    }

    /** The path that Streamlit is asked for; {@code rawPath} begins with the prefix. */
    public String upstreamPath(String rawPath) {
        return replica.isPrefixStripped() ? rawPath.substring(prefix.length()) : rawPath;
    }

    /** What was taken off on the way to Streamlit and must be put back on paths that it names. */
    public String strippedPrefix() {
        return replica.isPrefixStripped() ? prefix : "";
    }
}
