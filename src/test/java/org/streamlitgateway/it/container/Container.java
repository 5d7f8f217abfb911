package org.streamlitgateway.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.LaunchedProcess;

/** A servlet container as downloaded. It can run several times, each time on its own base directory. */
interface Container {
    /** Returns the name with the relevant part of the version, such as {@code tomcat-10.1}. */
    String name();

    /** Returns the line that the container logs when all its applications are started. */
    String startedLine();

    /** Returns the class name of the class loader that each deployed application has one of. */
    String webappLoader();

    /** Writes the server's own configuration afresh. */
    void layOut(Path base, ContainerSetup setup) throws IOException;

    /** Deploys the WAR; a running container notices it within seconds. */
    void deploy(Path base, ContainerSetup setup, Path war) throws IOException;

    /** Undeploys it; a running container notices it within seconds. */
    void undeploy(Path base, ContainerSetup setup) throws IOException;

    LaunchedProcess start(Path base, ContainerSetup setup, Jdk jdk) throws IOException;

    /** Returns the server's port, parsed from its output. */
    int port(String output);

    /** Copies a directory tree over existing content. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(file));
                }
            }
        }
    }

    /** Writes the web.xml of a guarded setup and returns its path. */
    static Path guardedDescriptor(Path base) throws IOException {
        Path descriptor = base.resolve("guarded-web.xml");
        try (var in = Container.class.getResourceAsStream("guarded-web.xml")) {
            Files.write(descriptor, in.readAllBytes());
        }
        return descriptor;
    }
}
