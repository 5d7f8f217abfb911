package org.streamlitgateway.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.LaunchedProcess;

/** A servlet container as it was downloaded. It may run many times, each time on a base directory of its own. */
interface Container {
    /** Name and the version as far as it matters, such as {@code tomcat-10.1}. */
    String name();

    /** The line that the container writes when all its applications are up. */
    String startedLine();

    /** Class of the loader that each deployed application has one of. */
    String webappLoader();

    /** Writes what the server itself needs, anew. */
    void layOut(Path base, ContainerSetup site) throws IOException;

    /** Puts the WAR in; a running container notices within seconds. */
    void deploy(Path base, ContainerSetup site, Path war) throws IOException;

    /** Takes it out, likewise. */
    void undeploy(Path base, ContainerSetup site) throws IOException;

    LaunchedProcess start(Path base, ContainerSetup site, Jdk jdk) throws IOException;

    /** The port that the server found, from what it wrote. */
    int port(String output);

    /** A folder and all below it, over what is there. */
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

    /** The web.xml of a guarded site. */
    static Path guardedDescriptor(Path base) throws IOException {
        Path descriptor = base.resolve("guarded-web.xml");
        try (var in = Container.class.getResourceAsStream("guarded-web.xml")) {
            Files.write(descriptor, in.readAllBytes());
        }
        return descriptor;
    }
}
