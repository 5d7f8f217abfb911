package org.streamlitgateway;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The least version of each container without a known fault that a client could use through the gateway; those named
 * in src/docs/containers.md.
 */
final class MinimumVersions {
    private static final Pattern SERVER =
            Pattern.compile("(?i)(jetty|Apache Tomcat)/(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,6}).*");

    /** One line of releases. */
    private record Line(String server, int major, int minor, int least, String why) {}

    private static final String JETTY_FRAMES = "one WebSocket frame can end the process (CVE-2026-19204)";
    private static final String TOMCAT_UPGRADES = "upgrades leak memory (CVE-2026-118233)";
    private static final List<Line> LINES = List.of(
            new Line("jetty", 12, 1, 12, JETTY_FRAMES),
            new Line("jetty", 12, 0, 38, JETTY_FRAMES),
            new Line("Apache Tomcat", 11, 0, 29, TOMCAT_UPGRADES),
            new Line("Apache Tomcat", 10, 1, 62, TOMCAT_UPGRADES));

    private MinimumVersions() {}

    /**
     * What to warn of, or {@code null}.
     *
     * @param serverInfo as the container gives it: {@code jetty/12.1.14}, {@code Apache Tomcat/11.0.29}
     */
    static String warning(String serverInfo) {
        Matcher server = SERVER.matcher(serverInfo == null ? "" : serverInfo);
        if (!server.matches()) {
            return null;
        }
        int major = Integer.parseInt(server.group(2));
        int minor = Integer.parseInt(server.group(3));
        int patch = Integer.parseInt(server.group(4));
        for (Line line : LINES) {
            boolean same = line.server.equalsIgnoreCase(server.group(1)) && line.major == major && line.minor == minor;
            if (same && patch < line.least) {
                return serverInfo + " has a fault that clients can use: " + line.why + "; upgrade it to " + major + "."
                        + minor + "." + line.least + " or later";
            }
        }
        return null;
    }
}
