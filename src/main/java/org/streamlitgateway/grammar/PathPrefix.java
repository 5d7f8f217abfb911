package org.streamlitgateway.grammar;

/** Puts a stripped path prefix back on. */
public final class PathPrefix {
    private PathPrefix() {}

    /** {@code /x} becomes {@code /ctx/x} and {@code /} becomes {@code /ctx}; what has the prefix is left alone. */
    public static String add(String prefix, String path) {
        if (!path.startsWith("/") || isUnder(prefix, path)) {
            return path;
        }
        return path.equals("/") ? prefix : prefix + path;
    }

    /** The same for an address to go to, where the slash of {@code /} is kept: {@code /ctx/}. */
    public static String addToAddress(String prefix, String pathAndQuery) {
        boolean absolutePath = pathAndQuery.startsWith("/") && !pathAndQuery.startsWith("//");
        return !absolutePath || isUnder(prefix, pathAndQuery) ? pathAndQuery : prefix + pathAndQuery;
    }

    public static boolean isUnder(String prefix, String path) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || "/?#".indexOf(path.charAt(prefix.length())) >= 0);
    }
}
