package org.streamlitgateway.routing;

import java.util.Comparator;
import java.util.List;

/** Finds the app of a path: the longest prefix wins, compared by whole segments. Immutable. */
public final class RouteTable {
    private final List<App> apps;
    private final List<App> longestFirst;

    public RouteTable(List<App> apps) {
        this.apps = List.copyOf(apps);
        this.longestFirst = apps.stream()
                .sorted(Comparator.comparingInt((App app) -> app.prefix().length())
                        .reversed())
                .toList();
    }

    /** Returns the app of a path, or {@code null}; {@code /app} does not match {@code /apple}. */
    public App match(String rawPath) {
        for (App app : longestFirst) {
            if (contains(app.prefix(), rawPath)) {
                return app;
            }
        }
        return null;
    }

    /** Returns all apps in the order of the configuration. */
    public List<App> apps() {
        return apps;
    }

    /** Returns whether the path equals the prefix or is below it. */
    public static boolean contains(String prefix, String path) {
        return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
