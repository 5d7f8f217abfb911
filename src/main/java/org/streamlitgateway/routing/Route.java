package org.streamlitgateway.routing;

import org.streamlitgateway.upstream.Replica;

/**
 * Target of one request: the prefix of the app and the chosen replica.
 *
 * @param prefix the whole path prefix, including the container's context path: empty, or {@code /a/b}
 * @param visitor the visitor's id in the sticky cookie, or empty
 * @param cookieTag suffix of the names of the app's cookies, set if the app is nested under another one; or empty
 * @param movable whether another replica is up that can serve the request if this one refuses it
 */
public record Route(String prefix, Replica replica, String visitor, String cookieTag, boolean movable) {
    /** Returns the path sent to Streamlit; {@code rawPath} starts with the prefix. */
    public String upstreamPath(String rawPath) {
        return replica.isPrefixStripped() ? rawPath.substring(prefix.length()) : rawPath;
    }

    /** Returns the prefix stripped from upstream paths, which must be added to paths in responses; or empty. */
    public String strippedPrefix() {
        return replica.isPrefixStripped() ? prefix : "";
    }
}
