package org.streamlitgateway.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.RunningGateway;

/** The WAR, deployed in a servlet container on one JDK. */
public final class ContainerDeployment implements Deployment {
    private static final Path PARTS = Path.of(System.getProperty("project.build.directory", "target"), "parts");

    private final Container container;
    private final Jdk jdk;
    private final boolean firstJdk;
    private final boolean bridged;

    private ContainerDeployment(Container container, Jdk jdk, boolean firstJdk, boolean bridged) {
        this.container = container;
        this.jdk = jdk;
        this.firstJdk = firstJdk;
        this.bridged = bridged;
    }

    /** Returns each container that the build has unpacked, on each JDK of this machine. */
    public static List<ContainerDeployment> installed() {
        return on(containers(), false);
    }

    /** Returns the same deployments with the bridge. */
    public static List<ContainerDeployment> bridged() {
        return on(containers(), true);
    }

    private static List<Container> containers() {
        List<Container> containers = new ArrayList<>();
        find("jetty-home-12.1", home -> new JettyContainer("jetty-12.1", home), containers);
        find("jetty-home-12.0", home -> new JettyContainer("jetty-12.0", home), containers);
        find("apache-tomcat-11", home -> new TomcatContainer("tomcat-11", home), containers);
        find("apache-tomcat-10.1", home -> new TomcatContainer("tomcat-10.1", home), containers);
        return containers;
    }

    private static List<ContainerDeployment> on(List<Container> containers, boolean bridged) {
        List<ContainerDeployment> deployments = new ArrayList<>();
        List<Jdk> jdks = Jdk.installed();
        for (Jdk jdk : jdks) {
            containers.forEach(container ->
                    deployments.add(new ContainerDeployment(container, jdk, jdk.equals(jdks.get(0)), bridged)));
        }
        return List.copyOf(deployments);
    }

    /**
     * Returns the deployments for suites about containers only: those named by the property {@code deployments}, or
     * each container on the JDK of the tests.
     */
    static Stream<ContainerDeployment> all() {
        String wanted = System.getProperty("deployments", "");
        List<String> names = List.of(wanted.split(","));
        return Stream.of(installed(), bridged())
                .flatMap(List::stream)
                .filter(deployment -> wanted.isBlank() || wanted.startsWith("${")
                        ? deployment.firstJdk && !deployment.bridged
                        : names.contains(deployment.name()));
    }

    private static void find(String prefix, Function<Path, Container> factory, List<Container> found) {
        if (!Files.isDirectory(PARTS)) {
            return;
        }
        try (Stream<Path> parts = Files.list(PARTS)) {
            parts.filter(part -> part.getFileName().toString().startsWith(prefix))
                    .max(Path::compareTo)
                    .map(Path::toAbsolutePath)
                    .map(factory)
                    .ifPresent(found::add);
        } catch (IOException e) {
            throw new IllegalStateException("cannot list " + PARTS, e);
        }
    }

    @Override
    public String name() {
        return container.name() + (firstJdk ? "" : "-" + jdk.version()) + (bridged ? "-bridge" : "");
    }

    @Override
    public boolean embedded() {
        return false;
    }

    @Override
    public boolean splices() {
        return !bridged;
    }

    @Override
    public RunningGateway start(Map<String, String> options) throws IOException {
        return start(ContainerSetup.of(options));
    }

    /** Starts the container with the WAR and waits until the gateway reports its deployment. */
    RunningContainer start(ContainerSetup setup) throws IOException {
        RunningContainer running = startUnchecked(setup);
        running.awaitDeployed();
        return running;
    }

    /** Starts the container without checking whether the WAR was deployed. */
    RunningContainer startUnchecked(ContainerSetup setup) throws IOException {
        return new RunningContainer(name(), container, jdk, bridged ? setup.parameter("relay", "bridge") : setup);
    }

    Container container() {
        return container;
    }

    Jdk jdk() {
        return jdk;
    }

    @Override
    public String toString() {
        return name();
    }
}
