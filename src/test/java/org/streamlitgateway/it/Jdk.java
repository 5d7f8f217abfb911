package org.streamlitgateway.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A JDK of this machine. */
public record Jdk(Path home, int version) {
    /** The memory that every suite grants a gateway: enough for many sockets, too little to hold one large body. */
    private static final String HEAP = "-Xmx128m";

    /** The one that runs the tests, and JDK 25 where there is one ({@code JAVA25_HOME}, or below /usr/lib/jvm). */
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
     * What a gateway is started with. The property {@code gateway.jvm} adds to it on the JDK that runs the tests; on another
     * one the JVM is as users have it.
     */
    public List<String> options() {
        String more = System.getProperty("gateway.jvm", "");
        boolean running = version == Runtime.version().feature();
        List<String> options = new ArrayList<>(List.of(HEAP));
        if (running && !more.isBlank() && !more.startsWith("${")) {
            options.addAll(List.of(more.trim().split("\\s+")));
        }
        return options;
    }

    private static Optional<Path> java25() {
        String named = System.getenv().getOrDefault("JAVA25_HOME", "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named));
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
