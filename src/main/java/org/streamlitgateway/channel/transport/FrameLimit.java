package org.streamlitgateway.channel.transport;

import jakarta.websocket.Session;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the length announced by frame headers in versions of Jetty that allocate memory by it (CVE-2026-19204, before
 * 12.0.38 and 12.1.12). Jetty then refuses a larger frame before allocating memory, and does not fragment frames.
 */
final class FrameLimit {
    private static final Logger LOG = LoggerFactory.getLogger(FrameLimit.class);
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,6})\\D*");
    private static final String JETTY = "org.eclipse.jetty.";

    private FrameLimit() {}

    static void set(Session session, long maxBytes) {
        Class<?> type = session.getClass();
        if (!type.getName().startsWith(JETTY) || !isNeeded(type.getPackage().getImplementationVersion())) {
            return;
        }
        try {
            // the container's classes are hidden from a web application, but their methods can be called reflectively
            Object core = type.getMethod("getCoreSession").invoke(session);
            Class<?> configuration = Class.forName(
                    "org.eclipse.jetty.websocket.core.Configuration",
                    false,
                    core.getClass().getClassLoader());
            configuration.getMethod("setAutoFragment", boolean.class).invoke(core, false);
            configuration.getMethod("setMaxFrameSize", long.class).invoke(core, maxBytes);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("cannot limit the frames of this Jetty", e);
        }
    }

    /** Checks whether this version of Jetty allocates memory by a frame's header. */
    static boolean isNeeded(String version) {
        Matcher numbers = VERSION.matcher(version == null ? "" : version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        int minor = Integer.parseInt(numbers.group(2));
        int patch = Integer.parseInt(numbers.group(3));
        return major < 12 || major == 12 && (minor == 0 ? patch < 38 : minor == 1 && patch < 12);
    }
}
