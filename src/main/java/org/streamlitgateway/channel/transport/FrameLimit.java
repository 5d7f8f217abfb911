package org.streamlitgateway.channel.transport;

import jakarta.websocket.Session;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds a frame by its header in a Jetty that would make room for whatever the header announces (CVE-2026-19204, before
 * 12.0.38 and 12.1.12). Jetty then refuses a larger frame before it takes memory for it, and takes a frame whole.
 */
final class FrameLimit {
    private static final Logger LOG = LoggerFactory.getLogger(FrameLimit.class);
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,6})\\D*");
    private static final String JETTY = "org.eclipse.jetty.";

    private FrameLimit() {}

    static void set(Session session, long mostBytes) {
        Class<?> type = session.getClass();
        if (!type.getName().startsWith(JETTY) || !isNeeded(type.getPackage().getImplementationVersion())) {
            return;
        }
        try {
            // a container hides its classes from a webapp, but not their methods
            Object core = type.getMethod("getCoreSession").invoke(session);
            Class<?> configuration = Class.forName(
                    "org.eclipse.jetty.websocket.core.Configuration",
                    false,
                    core.getClass().getClassLoader());
            configuration.getMethod("setAutoFragment", boolean.class).invoke(core, false);
            configuration.getMethod("setMaxFrameSize", long.class).invoke(core, mostBytes);
        } catch (ReflectiveOperationException | RuntimeException other) {
            LOG.debug("frames of this Jetty are not bounded", other);
        }
    }

    /** Whether this version of Jetty believes what a header announces. */
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
