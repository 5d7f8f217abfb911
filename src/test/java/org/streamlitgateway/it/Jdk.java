package org.streamlitgateway.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A JDK installed on this machine. */
public record Jdk(Path home, int version) {
    /** Maximum heap of a gateway in every suite: enough for many sockets, too little to buffer one large body. */
    private static final String HEAP = "-Xmx128m";

    /** Returns the JDK that runs the tests, and JDK 25 if found ({@code JAVA25_HOME}, or below /usr/lib/jvm). */
    public static List<Jdk> installed() {
        int running = Runtime.version().feature();
        List<Jdk> jdks = new ArrayList<>();
        jdks.add(new Jdk(Path.of(System.getProperty("java.home")), running));
        if (running != 25) {
            java25().ifPresent(home -> jdks.add(new Jdk(home, 25)));
        }
        return List.copyOf(jdks);
    }

    public Path tool(String name) {
        return home.resolve("bin").resolve(name);
    }

    /**
     * Returns the JVM options of a gateway. On the JDK that runs the tests, the property {@code gateway.jvm} adds to
     * them; on another JDK the JVM runs with its defaults.
     */
    public List<String> options() {
        String additional = System.getProperty("gateway.jvm", "");
        boolean running = version == Runtime.version().feature();
        List<String> options = new ArrayList<>(List.of(HEAP));
        if (running && !additional.isBlank() && !additional.startsWith("${")) {
            options.addAll(List.of(additional.trim().split("\\s+")));
        }
        return options;
    }

    private static Optional<Path> java25() {
        String configured = System.getenv().getOrDefault("JAVA25_HOME", "");
        if (!configured.isBlank()) {
            return Optional.of(Path.of(configured));
        }
        Path parent = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(parent)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(parent)) {
            return homes.filter(home -> home.getFileName().toString().contains("25"))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .findFirst();
        } catch (IOException e) {
            throw new IllegalStateException("cannot list " + parent, e);
        }
    }
}
