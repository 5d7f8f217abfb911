package org.streamlitgateway.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.streamlitgateway.it.container.ContainerDeployment;

/**
 * A deployment of the gateway: the executable WAR on some JDK, or a servlet container that has deployed it. Every
 * suite in this package runs once per deployment and sees no difference except {@link #embedded()}.
 */
public interface Deployment {
    /**
     * Returns a short, stable name such as {@code war-17} or {@code tomcat-11}; the system property {@code
     * deployments} selects by it.
     */
    String name();

    /** Returns whether the gateway owns the server socket and sees events that a servlet container hides. */
    default boolean embedded() {
        return true;
    }

    /** Returns whether sockets are spliced, that is, WebSockets bypass the container's WebSocket support. */
    default boolean splices() {
        return false;
    }

    /**
     * Starts a gateway and returns when it is ready.
     *
     * @param options long command-line names without dashes, such as {@code streamlit-port}. Unless {@code proxy-host}
     * and {@code proxy-port} are set, the gateway listens on a free loopback port.
     */
    RunningGateway start(Map<String, String> options) throws IOException;

    /**
     * Returns the executable WAR on each JDK, or the deployments selected by the system property {@code deployments}
     * (comma-separated names).
     */
    static Stream<Deployment> all() {
        List<Deployment> deployments = new ArrayList<>(WarDeployment.installed());
        String wanted = System.getProperty("deployments", "");
        if (wanted.isBlank() || wanted.startsWith("${")) {
            return deployments.stream();
        }
        deployments.addAll(WarDeployment.bridged());
        deployments.addAll(Http2Deployment.installed());
        deployments.addAll(ContainerDeployment.installed());
        deployments.addAll(ContainerDeployment.bridged());
        deployments.add(new DirectDeployment());
        deployments.add(new EmbeddedDeployment());
        Set<String> names = Set.of(wanted.split(","));
        return deployments.stream().filter(deployment -> names.contains(deployment.name()));
    }
}
