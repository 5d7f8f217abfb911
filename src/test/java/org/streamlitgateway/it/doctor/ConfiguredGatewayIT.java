package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.StreamlitGateway;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.browser.InstalledProgram;
import org.streamlitgateway.it.browser.StreamlitProcess;

/** The doctor on the gateway's machine, with the gateway's configuration: it compares every hop with the next one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ConfiguredGatewayIT {
    private static final Path APP = Path.of("src/test/streamlit/marked.py");

    private static final String NGINX = """
            server { listen 127.0.0.1:@buffering@;
              location / { proxy_pass http://127.0.0.1:@gateway@; proxy_http_version 1.1; proxy_set_header Host $http_host;
                proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
                proxy_ignore_headers X-Accel-Buffering; } }
            server { listen 127.0.0.1:@not-trusted@ ssl http2; ssl_certificate FOLDER/public.crt; ssl_certificate_key FOLDER/public.key;
              location / { proxy_pass http://127.0.0.1:@gateway@; proxy_http_version 1.1; proxy_set_header Host $http_host;
                proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
                proxy_set_header X-Forwarded-Proto $scheme; } }
            server { listen 127.0.0.1:@no-upgrade@;
              location / { proxy_pass http://127.0.0.1:@gateway@; proxy_http_version 1.1; proxy_set_header Host $http_host; } }
            """;

    /** Every secret of the configuration contains this word. */
    private static final String WORD = "s3cret";

    @TempDir
    static Path folder;

    private FrontEnds fronts;
    private StreamlitProcess first;
    private StreamlitProcess second;
    private FakeFeed feed;
    private Socket held;
    private Path file;
    private StreamlitGateway gateway;
    private TestCertificate certificate;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        first = new StreamlitProcess(APP, "/", Map.of());
        second = new StreamlitProcess(APP, "/", Map.of());
        first.start();
        second.start();
        feed = FakeFeed.start();
        held = Ports.hold();
        file = configuration("gateway.yaml", held.getLocalPort(), second.port());
        gateway = StreamlitGateway.builder().config(file).build().start();
        fronts = new FrontEnds(folder);
        fronts.name("gateway", held.getLocalPort());
        certificate = TestCertificate.in(folder, "public", "EC");
        fronts.nginx(NGINX.replace("FOLDER", folder.toString()));
    }

    private Path configuration(String name, int port, int secondReplica) throws IOException {
        return Files.writeString(
                folder.resolve(name), """
                proxy-host: 127.0.0.1
                proxy-port: %d
                sticky-key: s3cret-s3cret-s3cret
                channel: 'prices=%s?a=1,s3cret&token=s3cret-token,header.Authorization=Bearer s3cret,apps=/sales'
                apps:
                  /sales:
                    replicas: [127.0.0.1:%d, 127.0.0.1:%d]
                """.formatted(port, feed.address(), first.port(), secondReplica));
    }

    @AfterAll
    void stop() throws IOException {
        fronts.close();
        gateway.close();
        held.close();
        feed.close();
        first.close();
        second.close();
    }

    private Diagnosis examine(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 4);
        System.arraycopy(new String[] {"--quick", "--timeout", "4s", "--config"}, 0, all, arguments.length, 4);
        String[] complete = Arrays.copyOf(all, all.length + 1);
        complete[all.length] = file.toString();
        return Diagnosis.of(complete);
    }

    @Test
    void gatewayAndReplicasAreSound() {
        Diagnosis diagnosis = examine();

        diagnosis.isSound();
        String gatewayUri = "http://127.0.0.1:" + held.getLocalPort() + "/sales/ (the gateway itself, app /sales)";
        assertTrue(diagnosis.out().contains(gatewayUri), diagnosis.out());
        assertTrue(
                diagnosis.out().contains("http://127.0.0.1:" + second.port() + "/ (Streamlit itself, app /sales)"),
                diagnosis.out());
        assertTrue(diagnosis.out().contains("ok    event-stream: channel prices"), diagnosis.out());
        assertTrue(diagnosis.out().contains("ok    versions: all replicas have Streamlit"), diagnosis.out());
    }

    @Test
    void proxyThatBuffersEventsIsNamedByComparison() {
        examine("http://127.0.0.1:" + fronts.port("buffering") + "/sales/")
                .names(
                        "event-stream",
                        "nginx holds back the events",
                        "the gateway itself passes this check",
                        "nginx: remove proxy_ignore_headers");
    }

    @Test
    void proxyThatDropsUpgradeIsNamedByComparison() {
        examine("http://127.0.0.1:" + fronts.port("no-upgrade") + "/sales/")
                .names("websocket", "the gateway itself passes this check", "nginx: proxy_http_version 1.1");
    }

    @Test
    void proxyThatTheGatewayDoesNotTrustIsNamed() {
        Diagnosis diagnosis = Diagnosis.of(
                "https://localhost:" + fronts.port("not-trusted") + "/sales/",
                "--quick",
                "--ca",
                certificate.certificate().toString());

        diagnosis.isSound("scheme");
        assertTrue(diagnosis.out().contains("its cookie is not Secure"), diagnosis.out());
    }

    /** One script never ends, as those of live dashboards; the other fails. */
    @Test
    void appsThatStartOnTheFirstVisitAreAwaited() throws IOException {
        Files.writeString(
                folder.resolve("loop.py"),
                "import itertools, time, streamlit as st\nfor i in itertools.count():\n  st.write(i)\n  time.sleep(.2)\n");
        Files.writeString(
                folder.resolve("broken.py"), "import streamlit as st\nst.write('a')\nraise ValueError('no')\n");
        try (Socket port = Ports.hold()) {
            Path lazy = Files.writeString(
                    folder.resolve("lazy.yaml"), """
                    proxy-host: 127.0.0.1
                    proxy-port: %d
                    apps:
                      /loop: {app: loop.py, command: %2$s}
                      /broken: {app: broken.py, command: %2$s}
                    """.formatted(port.getLocalPort(), InstalledProgram.STREAMLIT.path()));
            try (StreamlitGateway starting =
                    StreamlitGateway.builder().config(lazy).build().start()) {
                Diagnosis diagnosis = Diagnosis.of("--quick", "--timeout", "3s", "--config", lazy.toString());

                diagnosis.isSound("rerun");
                assertTrue(diagnosis.out().contains("as a script with a loop does"), diagnosis.out());
                assertTrue(diagnosis.lines("warn").get(0).contains("the app shows an exception"), diagnosis.out());
                assertTrue(starting.uri().getPort() == port.getLocalPort());
            }
        }
    }

    @Test
    void replicaThatIsDownIsNamed() throws IOException {
        try (Socket nobody = Ports.hold()) {
            Path broken = configuration("broken.yaml", held.getLocalPort(), nobody.getLocalPort());

            Diagnosis.of("--quick", "--timeout", "4s", "--config", broken.toString())
                    .names("tcp", "accepts no connection at port " + nobody.getLocalPort());
        }
    }

    @Test
    void gatewayThatIsDownIsNamed() throws IOException {
        try (Socket nobody = Ports.hold()) {
            Path broken = configuration("stopped.yaml", nobody.getLocalPort(), second.port());

            Diagnosis.of("--quick", "--timeout", "4s", "--config", broken.toString())
                    .names("tcp", "accepts no connection at port " + nobody.getLocalPort());
        }
    }

    @Test
    void bundleHasWhatSupportNeedsAndNoSecret() throws IOException {
        Path log = Files.writeString(
                folder.resolve("gateway.log"),
                IntStream.rangeClosed(1, 3000)
                        .mapToObj(line -> "line " + line + " s3cret-token")
                        .collect(Collectors.joining("\n")));
        Path zip = folder.resolve("bundle.zip");

        Diagnosis diagnosis = examine(
                "--bundle",
                zip.toString(),
                "--log",
                log.toString(),
                "--pid",
                Long.toString(ProcessHandle.current().pid()));

        diagnosis.isSound();
        Map<String, String> files = unzip(zip);
        assertEquals(
                List.of(
                        "configuration.txt",
                        "log.txt",
                        "metrics.txt",
                        "report.json",
                        "report.txt",
                        "status.json",
                        "threads.txt",
                        "variables.txt",
                        "versions.txt"),
                List.copyOf(files.keySet()));
        files.forEach((name, text) -> assertFalse(text.contains(WORD), () -> name + ": " + text));
        assertEquals(diagnosis.out(), files.get("report.txt"));
        assertTrue(files.get("configuration.txt").contains("prices=" + feed.address()), files.toString());
        assertTrue(files.get("status.json").startsWith("{"), files.get("status.json"));
        assertTrue(files.get("metrics.txt").startsWith("# "), files.get("metrics.txt"));
        assertEquals(1000, files.get("log.txt").lines().count());
        assertTrue(files.get("log.txt").endsWith("line 3000 (hidden)\n"), files.get("log.txt"));
        assertTrue(files.get("threads.txt").contains("java.lang.Thread.State"), files.get("threads.txt"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(zip)));
    }

    private static Map<String, String> unzip(Path zip) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (ZipFile entries = new ZipFile(zip.toFile())) {
            Enumeration<? extends ZipEntry> all = entries.entries();
            while (all.hasMoreElements()) {
                ZipEntry entry = all.nextElement();
                try (InputStream in = entries.getInputStream(entry)) {
                    files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }
}
