package org.streamlitgateway.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.streamlitgateway.it.container.ContainerDeployment;

/**
 * One way to run the gateway: the executable WAR on some JDK, or a servlet container that has it deployed. Every suite
 * in this package runs once per deployment and knows no difference but {@link #embedded()}.
 */
public interface Deployment {
    /** Short and stable: {@code war-17}, {@code tomcat-11}; the system property {@code deployments} chooses by it. */
    String name();

    /** Whether the gateway owns the server socket, so that it can notice what a servlet container hides. */
    default boolean embedded() {
        return true;
    }

    /** Whether sockets are spliced, so that WebSockets do not go through the container's support for them. */
    default boolean splices() {
        return false;
    }

    /**
     * Starts a gateway and returns when it is ready.
     *
     * @param options long names of the command line without dashes, such as {@code streamlit-port}. The proxy's own
     *     address is a free loopback port unless {@code proxy-host} and {@code proxy-port} say otherwise.
     */
    RunningGateway start(Map<String, String> options) throws IOException;

    /** The executable WAR on each JDK, or what the system property {@code deployments} (a comma list of names) chooses. */
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
