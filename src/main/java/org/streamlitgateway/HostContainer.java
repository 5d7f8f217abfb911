package org.streamlitgateway;

import jakarta.servlet.ServletContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.container.SocketTakeover;
import org.streamlitgateway.container.jetty.hosted.HostedTakeover;
import org.streamlitgateway.container.tomcat.TomcatTakeover;
import org.streamlitgateway.outcome.FailureText;

/** The servlet container that the WAR is deployed in. */
final class HostContainer {
    private static final Logger LOG = LoggerFactory.getLogger(HostContainer.class);

    private HostContainer() {}

    /**
     * Returns the takeover of sockets from this container. Container internals differ between releases: if a class or method
     * is missing, WebSockets are bridged instead.
     *
     * @return {@code null} if the container is neither Jetty nor Tomcat, or its internals are unknown
     */
    static SocketTakeover takeover(ServletContext application) {
        Class<?> container = application.getClass();
        try {
            if (container.getName().startsWith("org.apache.catalina.")) {
                return TomcatTakeover.create();
            }
            if (container.getName().startsWith("org.eclipse.jetty.")) {
                return HostedTakeover.create(container);
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn(
                    "the internals of {} are unknown, so WebSockets are bridged instead of spliced: {}",
                    application.getServerInfo(),
                    FailureText.of(e));
        }
        return null;
    }
}
