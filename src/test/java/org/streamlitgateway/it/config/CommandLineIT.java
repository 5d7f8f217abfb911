package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;

/** {@code java -jar streamlit-gateway.war}: arguments, output and exit codes. */
class CommandLineIT extends OnEveryCommandLine {
    private FakeStreamlit upstream;

    @BeforeEach
    void start() throws IOException {
        upstream = FakeStreamlit.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    private String port() {
        return Integer.toString(upstream.port());
    }

    private LaunchedProcess launch(String... arguments) throws IOException {
        return war.launch(List.of(arguments), Map.of());
    }

    private static void assertServes(URI uri) throws IOException {
        try (RawHttp client = RawHttp.connect(uri)) {
            assertEquals("ok", client.get(uri.getPath() + "_stcore/health").text());
        }
    }

    @Test
    void theWarCanBeDeployedAndRun() throws IOException {
        try (JarFile jar = new JarFile(WarDeployment.war().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();

            assertTrue(jar.stream().anyMatch(entry -> entry.getName().startsWith("WEB-INF/")));
            assertNotEquals("", manifest.getValue(Attributes.Name.MAIN_CLASS));
        }
    }

    @Test
    void flagsSetBothAddresses() throws IOException {
        try (LaunchedProcess gateway = launch(
                "--streamlit-host",
                "127.0.0.1",
                "--streamlit-port",
                port(),
                "--proxy-host",
                "127.0.0.1",
                "--proxy-port",
                "0")) {
            assertServes(WarDeployment.readyAddress(gateway));
        }
    }

    @Test
    void readyLineSaysWhetherStreamlitListens() throws IOException {
        String hint = "nothing listens there yet";
        String[] flags = {"--streamlit-port=" + port(), "--proxy-host=127.0.0.1", "--proxy-port=0"};
        try (LaunchedProcess gateway = launch(flags)) {
            assertFalse(gateway.awaitLine("ready: ").contains(hint), gateway::output);
        }
        upstream.stop();
        try (LaunchedProcess gateway = launch(flags)) {
            assertTrue(gateway.awaitLine("ready: ").contains(hint), gateway::output);
        }
    }

    @Test
    void javaLoggingConfigurationOfTheOperatorIsUsed() throws IOException {
        Path log = folder.resolve("gateway.log");
        Path properties = Files.writeString(folder.resolve("logging.properties"), """
                handlers=java.util.logging.FileHandler
                java.util.logging.FileHandler.pattern=%s
                java.util.logging.FileHandler.formatter=java.util.logging.SimpleFormatter
                """.formatted(log));
        Map<String, String> variables = Map.of("JAVA_TOOL_OPTIONS", "-Djava.util.logging.config.file=" + properties);
        try (LaunchedProcess gateway = war.launch(
                List.of("--streamlit-port", port(), "--proxy-host=127.0.0.1", "--proxy-port=0"), variables)) {
            gateway.awaitLine("ready: ");

            assertTrue(Files.readString(log).contains("allowed-hosts"), gateway::output);
            assertFalse(gateway.output().contains("allowed-hosts"), gateway::output);
        }
    }

    @Test
    void flagsAcceptEqualsSign() throws IOException {
        try (LaunchedProcess gateway =
                launch("--streamlit-port=" + port(), "--proxy-host=127.0.0.1", "--proxy-port=0", "--log-level=WARN")) {
            assertServes(WarDeployment.readyAddress(gateway));
        }
    }

    @Test
    void variablesSetBothAddresses() throws IOException {
        // The variables of the example project, which documents them but does not read them.
        Map<String, String> variables = Map.of(
                "STREAMLIT_HOST", "127.0.0.1", "STREAMLIT_PORT", port(), "PROXY_HOST", "127.0.0.1", "PROXY_PORT", "0");
        try (LaunchedProcess gateway = war.launch(List.of(), variables)) {
            URI uri = WarDeployment.readyAddress(gateway);

            assertEquals("127.0.0.1", uri.getHost());
            assertNotEquals(8500, uri.getPort());
            assertServes(uri);
        }
    }

    @Test
    void flagOverridesVariable() throws IOException {
        Map<String, String> variables = Map.of(
                "STREAMLIT_HOST",
                "nowhere.invalid",
                "STREAMLIT_PORT",
                "1",
                "PROXY_HOST",
                "192.0.2.1",
                "PROXY_PORT",
                "1");
        List<String> flags = List.of(
                "--streamlit-host",
                "127.0.0.1",
                "--streamlit-port",
                port(),
                "--proxy-host",
                "127.0.0.1",
                "--proxy-port",
                "0");
        try (LaunchedProcess gateway = war.launch(flags, variables)) {
            assertServes(WarDeployment.readyAddress(gateway));
        }
    }

    @Test
    void defaultUpstreamIsLocalhostOfEitherFamily() throws IOException {
        // The upstream listens on 127.0.0.1 only, while localhost may resolve to ::1 first.
        try (LaunchedProcess gateway =
                launch("--streamlit-port", port(), "--proxy-host", "127.0.0.1", "--proxy-port", "0")) {
            assertServes(WarDeployment.readyAddress(gateway));
        }
    }

    @Test
    void readyLineStatesAddressUpstreamAndVersion() throws IOException {
        try (LaunchedProcess gateway = launch(
                "--streamlit-host",
                "127.0.0.1",
                "--streamlit-port",
                port(),
                "--proxy-host",
                "127.0.0.1",
                "--proxy-port",
                "0",
                "--context-path",
                "/ctx")) {
            URI uri = WarDeployment.readyAddress(gateway);

            Pattern line = Pattern.compile("streamlit-gateway \\d+\\.\\d+\\S* ready: http://127\\.0\\.0\\.1:"
                    + uri.getPort() + "/ctx/ -> http://127\\.0\\.0\\.1:" + port() + "/?");
            assertEquals(1, gateway.outLines().size(), gateway::output);
            assertTrue(line.matcher(gateway.outLines().get(0)).matches(), gateway::output);
        }
    }

    @Test
    void wildcardAddressIsPrintedAsOpenableAddress() throws IOException {
        try (LaunchedProcess gateway =
                launch("--streamlit-port", port(), "--proxy-host", "0.0.0.0", "--proxy-port", "0")) {
            URI uri = WarDeployment.readyAddress(gateway);

            assertNotEquals("0.0.0.0", uri.getHost());
            assertServes(uri);
        }
    }

    @Test
    void gatewayStartsBeforeStreamlit() throws IOException {
        upstream.stop();
        try (LaunchedProcess gateway =
                launch("--streamlit-port", port(), "--proxy-host", "127.0.0.1", "--proxy-port", "0")) {
            URI uri = WarDeployment.readyAddress(gateway);
            upstream.restart();

            assertServes(uri);
        }
    }

    @Test
    void helpListsEveryFlagAndSucceeds() throws IOException {
        try (LaunchedProcess help = launch("--help")) {
            assertEquals(0, help.awaitExit());
            assertAll(Stream.of(
                            "--streamlit-host",
                            "--streamlit-port",
                            "--proxy-host",
                            "--proxy-port",
                            "--context-path",
                            "--log-level",
                            "--app",
                            "--streamlit-command",
                            "--help",
                            "--version",
                            "STREAMLIT_HOST",
                            "STREAMLIT_PORT",
                            "PROXY_HOST",
                            "PROXY_PORT")
                    .map(name -> () -> assertTrue(help.output().contains(name), name)));
            assertEquals(List.of(), help.errLines());
        }
    }

    @Test
    void versionPrintsOneLine() throws IOException {
        try (LaunchedProcess version = launch("--version")) {
            assertEquals(0, version.awaitExit());
            assertEquals(1, version.outLines().size(), version::output);
            assertTrue(version.output().matches("streamlit-gateway \\d+\\.\\d+\\S*"), version::output);
        }
    }

    @Test
    void sigtermAndCtrlCStopInOrder() throws IOException {
        String[] arguments = {"--streamlit-port", port(), "--proxy-host", "127.0.0.1", "--proxy-port", "0"};
        try (LaunchedProcess terminated = launch(arguments);
                LaunchedProcess interrupted = launch(arguments)) {
            WarDeployment.readyAddress(terminated);
            WarDeployment.readyAddress(interrupted);

            assertEquals(0, terminated.terminate(), terminated::output);
            assertEquals(0, interrupted.interrupt(), interrupted::output);
        }
    }
}
