package org.streamlitgateway.version;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Oldest version of each container without a known vulnerability that clients can exploit through the gateway. Listed in
 * src/docs/containers.md, too.
 */
public final class MinimumVersions {
    private static final Pattern SERVER =
            Pattern.compile("(?i)(jetty|Apache Tomcat)/(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,6}).*");

    /** Oldest safe patch release of a minor version. */
    private record SafeVersion(String server, int major, int minor, int patch, String vulnerability) {}

    private static final String JETTY_FRAMES = "one WebSocket frame can end the process (CVE-2026-19204)";
    private static final String TOMCAT_UPGRADES = "upgrades leak memory (CVE-2026-118233)";
    private static final List<SafeVersion> SAFE_VERSIONS = List.of(
            new SafeVersion("jetty", 12, 1, 12, JETTY_FRAMES),
            new SafeVersion("jetty", 12, 0, 38, JETTY_FRAMES),
            new SafeVersion("Apache Tomcat", 11, 0, 29, TOMCAT_UPGRADES),
            new SafeVersion("Apache Tomcat", 10, 1, 62, TOMCAT_UPGRADES));

    private MinimumVersions() {}

    /**
     * Returns a warning for a container with a known vulnerability, or {@code null}.
     *
     * @param serverInfo the container's name and version, such as {@code jetty/12.1.14} or {@code Apache Tomcat/11.0.29}
     */
    public static String warning(String serverInfo) {
        Matcher server = SERVER.matcher(serverInfo == null ? "" : serverInfo);
        if (!server.matches()) {
            return null;
        }
        int major = Integer.parseInt(server.group(2));
        int minor = Integer.parseInt(server.group(3));
        int patch = Integer.parseInt(server.group(4));
        for (SafeVersion safe : SAFE_VERSIONS) {
            boolean same = safe.server.equalsIgnoreCase(server.group(1)) && safe.major == major && safe.minor == minor;
            if (same && patch < safe.patch) {
                return serverInfo + " has a vulnerability that clients can exploit: " + safe.vulnerability
                        + "; upgrade it to " + major + "." + minor + "." + safe.patch + " or later";
            }
        }
        return null;
    }
}
