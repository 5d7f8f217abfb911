package org.streamlitgateway.routing;

import java.util.Comparator;
import java.util.List;

/** Which app a path belongs to: the longest prefix, compared by whole segments. Immutable. */
public final class RouteTable {
    private final List<App> longestFirst;

    public RouteTable(List<App> apps) {
        this.longestFirst = apps.stream()
                .sorted(Comparator.comparingInt((App app) -> app.prefix().length())
                        .reversed())
                .toList();
    }

    /** {@code null} when no app is there; {@code /app} is not a prefix of {@code /apple}. */
    public App match(String rawPath) {
        for (App app : longestFirst) {
            if (holds(app.prefix(), rawPath)) {
                return app;
            }
        }
        return null;
    }

    /** In the order of their paths. */
    public List<App> apps() {
        return longestFirst.stream().sorted(Comparator.comparing(App::prefix)).toList();
    }

    /** Whether the path is the prefix or lies below it. */
    public static boolean holds(String prefix, String path) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
