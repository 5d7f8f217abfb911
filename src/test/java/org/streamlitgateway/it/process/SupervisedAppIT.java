package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;

/** {@code --app}: the gateway starts and monitors one local Streamlit. */
class SupervisedAppIT extends OnEveryCommandLine {
    /** Longest restart: a JVM stands in for Streamlit here, and the restart follows a first delay. */
    private static final Duration RESTART = Duration.ofSeconds(30);

    private Path app;
    private Path command;

    @BeforeEach
    void install() throws IOException {
        app = Files.writeString(folder.resolve("app.py"), "import streamlit");
        command = FakeStreamlitCommand.install(folder);
    }

    private LaunchedProcess launch(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--app",
                app.toString(),
                "--streamlit-command",
                command.toString(),
                "--proxy-host",
                "127.0.0.1",
                "--proxy-port",
                "0"));
        arguments.addAll(List.of(more));
        return war.launch(arguments, Map.of());
    }

    private static RawResponse get(URI uri, String path) throws IOException {
        try (RawHttp client = RawHttp.connect(uri)) {
            return client.get(path);
        }
    }

    private static boolean isHealthy(URI uri) {
        try {
            return get(uri, "/_stcore/health").text().equals("ok");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the process ids of all children that the Streamlits of this gateway have announced. */
    private static List<Long> children(LaunchedProcess gateway) {
        return gateway.output()
                .lines()
                .filter(line -> line.contains(FakeStreamlitCommand.CHILD))
                .map(line ->
                        line.substring(line.indexOf(FakeStreamlitCommand.CHILD) + FakeStreamlitCommand.CHILD.length()))
                .map(line -> Long.parseLong(line.strip()))
                .toList();
    }

    private static boolean runs(long pid) {
        // a process that has ended may still wait to be reaped by its new parent
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !ProcessProbe.isZombie(pid);
    }

    @Test
    void gatewayIsReadyWhenAppIsHealthy() throws IOException {
        try (LaunchedProcess gateway = launch()) {
            assertEquals(
                    "ok",
                    get(WarDeployment.readyAddress(gateway), "/_stcore/health").text());
        }
    }

    @Test
    void appRunsOnLoopbackAndItsOutputIsLogged() throws IOException {
        try (LaunchedProcess gateway = launch()) {
            String line = gateway.awaitLine(FakeStreamlitCommand.STARTED);

            assertTrue(line.contains(" run " + app) || line.contains(": run " + app), line);
            assertTrue(line.contains("127.0.0.1"), line);
            assertTrue(line.contains("headless"), line);
            WarDeployment.readyAddress(gateway);
        }
    }

    @Test
    void argumentsAfterDoubleDashGoToStreamlit() throws IOException {
        try (LaunchedProcess gateway = launch("--", "--theme.base=dark", "--server.maxUploadSize", "5")) {
            String line = gateway.awaitLine(FakeStreamlitCommand.STARTED);

            assertTrue(line.contains("--theme.base=dark --server.maxUploadSize 5"), line);
            WarDeployment.readyAddress(gateway);
        }
    }

    @Test
    void deadAppIsRestarted() throws IOException {
        try (LaunchedProcess gateway = launch()) {
            URI uri = WarDeployment.readyAddress(gateway);
            gateway.awaitLine(FakeStreamlitCommand.CHILD);
            long first = children(gateway).get(0);

            assertEquals(502, get(uri, "/die").status());

            Eventually.until(gateway::output, RESTART, () -> children(gateway).size() == 2 && isHealthy(uri));
            assertEquals(false, runs(first), "the dead app's child still runs");
        }
    }

    @Test
    void processGroupStopsWithGateway() throws IOException {
        try (LaunchedProcess gateway = launch()) {
            WarDeployment.readyAddress(gateway);
            gateway.awaitLine(FakeStreamlitCommand.CHILD);
            List<Long> all = new ArrayList<>(children(gateway));
            ProcessHandle.of(gateway.pid()).orElseThrow().descendants().forEach(handle -> all.add(handle.pid()));
            assertTrue(all.size() >= 2, all::toString);

            assertEquals(0, gateway.terminate(), gateway::output);

            Eventually.until("all of these processes have ended: " + all, () -> all.stream()
                    .noneMatch(SupervisedAppIT::runs));
        }
    }

    @Test
    void appThatCannotStartFailsStart() throws IOException {
        Path broken = FakeStreamlitCommand.script(folder.resolve("broken"), "echo 'no module named app' >&2; exit 1");
        try (LaunchedProcess gateway = war.launch(
                List.of("--app", app.toString(), "--streamlit-command", broken.toString(), "--proxy-port", "0"),
                Map.of())) {
            assertEquals(1, gateway.awaitExit(), gateway::output);
            assertTrue(gateway.output().contains("no module named app"), gateway::output);
        }
    }

    @Test
    void gatewayStopsInOrderWhileAppIsStarting() throws IOException {
        Path slow = FakeStreamlitCommand.script(folder.resolve("slow"), "echo starting; exec sleep 600");
        try (LaunchedProcess gateway = war.launch(
                List.of("--app", app.toString(), "--streamlit-command", slow.toString(), "--proxy-port", "0"),
                Map.of())) {
            gateway.awaitLine(": starting");
            List<ProcessHandle> all =
                    ProcessHandle.of(gateway.pid()).orElseThrow().descendants().toList();

            gateway.terminate();

            Eventually.until("all of these processes have ended: " + all, () -> all.stream()
                    .noneMatch(ProcessHandle::isAlive));
        }
    }
}
