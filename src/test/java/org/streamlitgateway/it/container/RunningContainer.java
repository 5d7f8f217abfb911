package org.streamlitgateway.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.RunningGateway;
import org.streamlitgateway.it.WarDeployment;

/** One run of a container on a base directory below target/bases. */
final class RunningContainer implements RunningGateway {
    private static final Path BASES = Path.of(System.getProperty("project.build.directory", "target"), "bases");

    private final Container container;
    private final Jdk jdk;
    private final ContainerSetup setup;
    private final Path base;
    private final StringBuilder earlierLog = new StringBuilder();
    private LaunchedProcess process;

    RunningContainer(String name, Container container, Jdk jdk, ContainerSetup setup) throws IOException {
        this.container = container;
        this.jdk = jdk;
        this.setup = setup;
        base = Files.createTempDirectory(Files.createDirectories(BASES), name + "-")
                .toAbsolutePath();
        container.layOut(base, setup);
        deploy();
        launch();
    }

    private void launch() throws IOException {
        process = container.start(base, setup, jdk);
        try {
            process.awaitLine(container.startedLine());
            setup.port = container.port(process.output());
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    void awaitDeployed() {
        try {
            process.awaitLine("streamlit-gateway is deployed at ");
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    void deploy() throws IOException {
        container.deploy(base, setup, WarDeployment.war());
    }

    void undeploy() throws IOException {
        container.undeploy(base, setup);
    }

    Path base() {
        return base;
    }

    @Override
    public URI uri() {
        String host = setup.host.equals("0.0.0.0") ? "localhost" : setup.host;
        String path = setup.contextPath.equals("/") ? "/" : setup.contextPath + "/";
        return URI.create("http://" + host + ":" + setup.port + path);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public String log() {
        return earlierLog + process.output();
    }

    @Override
    public int stop() {
        return process.terminate();
    }

    @Override
    public void restartOnSamePort() throws IOException {
        process.terminate();
        earlierLog.append(process.output());
        container.layOut(base, setup);
        launch();
        awaitDeployed();
    }

    @Override
    public void close() {
        process.close();
    }
}
