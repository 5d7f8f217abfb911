package org.streamlitgateway.grammar;

/** Adds a stripped path prefix to paths and URLs. */
public final class PathPrefix {
    private PathPrefix() {}

    /** Adds the prefix: {@code /x} becomes {@code /ctx/x} and {@code /} becomes {@code /ctx}. Never adds it twice. */
    public static String add(String prefix, String path) {
        if (!path.startsWith("/") || isUnder(prefix, path)) {
            return path;
        }
        return path.equals("/") ? prefix : prefix + path;
    }

    /** Does the same for the target of a link or redirect, where {@code /} becomes {@code /ctx/}. */
    public static String addToAddress(String prefix, String pathAndQuery) {
        boolean absolutePath = pathAndQuery.startsWith("/") && !pathAndQuery.startsWith("//");
        return !absolutePath || isUnder(prefix, pathAndQuery) ? pathAndQuery : prefix + pathAndQuery;
    }

    /** Returns whether a path with an optional query or fragment equals the prefix or is below it. */
    public static boolean isUnder(String prefix, String path) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || "/?#".indexOf(path.charAt(prefix.length())) >= 0);
    }
}
