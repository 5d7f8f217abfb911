package org.streamlitgateway.route;

import java.util.Comparator;
import java.util.List;

/** Which app a path belongs to: the longest prefix, compared by whole segments. Immutable. */
public final class RouteTable {
    private final List<Route> longestFirst;

    public RouteTable(List<Route> routes) {
        this.longestFirst = routes.stream()
                .sorted(Comparator.comparingInt((Route r) -> r.prefix().length())
                        .reversed())
                .toList();
    }

    /** {@code null} when no app is there; {@code /app} is not a prefix of {@code /apple}. */
    public Route match(String rawPath) {
        for (Route route : longestFirst) {
            if (holds(route.prefix(), rawPath)) {
                return route;
            }
        }
        return null;
    }

    private static boolean holds(String prefix, String path) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
