package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.WarDeployment;

/** Contents of the WAR that a container deploys. */
class WarContentsIT {
    private static final long DEPLOYED_MEBIBYTES = 6;

    /** An additional library is a deliberate decision: change this list, its reasons and the size limit together. */
    @Test
    void warContainsOnlyExpectedLibraries() throws IOException {
        Set<String> clients = Set.of(
                "jetty-alpn-client",
                "jetty-client",
                "jetty-compression-common",
                "jetty-compression-gzip",
                "jetty-ee10-proxy",
                "jetty-http",
                "jetty-io",
                "jetty-util",
                "jetty-websocket-core-client",
                "jetty-websocket-core-common",
                "jetty-websocket-jetty-api",
                "jetty-websocket-jetty-client",
                "jetty-websocket-jetty-common");
        Set<String> configuration = Set.of("jackson-core", "jackson-jr-objects", "snakeyaml-engine");
        // for cached assets; native libraries are most of the size
        Set<String> compression = Set.of("brotli4j", "service", "native-linux-x86_64", "native-linux-aarch64");
        // logs to java.util.logging, which the JDK and every container have
        Set<String> logging = Set.of("slf4j-api", "slf4j-jdk14");
        // Prometheus' formats; the tracers are needed by the core's classes, though exemplars are off
        Set<String> metrics = Set.of(
                "prometheus-metrics-config",
                "prometheus-metrics-core",
                "prometheus-metrics-exposition-textformats",
                "prometheus-metrics-instrumentation-jvm",
                "prometheus-metrics-model",
                "prometheus-metrics-tracer-common",
                "prometheus-metrics-tracer-initializer",
                "prometheus-metrics-tracer-otel",
                "prometheus-metrics-tracer-otel-agent");
        Set<String> expected = new TreeSet<>(clients);
        expected.addAll(metrics);
        expected.addAll(configuration);
        expected.addAll(compression);
        expected.addAll(logging);

        Set<String> found = entries().stream()
                .filter(entry -> entry.getName().matches("WEB-INF/lib/.+"))
                .map(entry -> entry.getName().replaceFirst("WEB-INF/lib/(.+?)-\\d.*\\.jar", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(expected, found);
    }

    @Test
    void warContainsNoContainerClasses() throws IOException {
        List<String> owned = entries().stream()
                .map(ZipEntry::getName)
                .filter(name -> name.startsWith("WEB-INF/"))
                .filter(name -> name.matches(".*/(jakarta\\.|jetty-server|jetty-ee10-servlet|jetty-ee10-webapp|"
                        + "jetty-session|jetty-security|tomcat-|logback|log4j|jetty-slf4j).*"))
                .toList();

        assertEquals(List.of(), owned);
    }

    @Test
    void warIsSmall() throws IOException {
        long bytes = entries().stream()
                .filter(entry -> entry.getName().startsWith("WEB-INF/"))
                .mapToLong(ZipEntry::getCompressedSize)
                .sum();

        assertTrue(bytes < DEPLOYED_MEBIBYTES << 20, bytes + " bytes");
    }

    private static List<? extends ZipEntry> entries() throws IOException {
        try (JarFile war = new JarFile(WarDeployment.war().toFile())) {
            return war.stream().toList();
        }
    }
}
