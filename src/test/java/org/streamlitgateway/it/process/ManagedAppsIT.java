package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** Apps with {@code app:}, which the gateway starts, monitors and stops. */
class ManagedAppsIT extends OnEveryCommandLine {
    private static final String ASLEEP = "Starts when opened";

    private Path command;

    @BeforeEach
    void install() throws IOException {
        command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
    }

    private String localApp(String path, String more) {
        return "  " + path + ": {app: app.py, command: " + command + more + "}\n";
    }

    private static void awaitHealthy(ConfiguredGateway gateway, String app) {
        Eventually.until(gateway::output, ConfiguredGateway.LONG, () -> gateway.status(app + "/_stcore/health") == 200);
    }

    private static void awaitPage(ConfiguredGateway gateway, String page, String text) {
        Eventually.until(
                () -> text + " is not on " + page + "\n" + gateway.output(),
                ConfiguredGateway.LONG,
                () -> gateway.open(page).text().contains(text));
    }

    private static int asleep(ConfiguredGateway gateway) {
        return gateway.get("/").text().split(ASLEEP, -1).length - 1;
    }

    @Test
    void firstVisitorStartsAppAndIdlenessStopsIt() throws IOException {
        String apps = localApp("/own", ", processes: 2, idle-stop: 5s") + localApp("/more", "");
        try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, apps)) {
            assertFalse(gateway.output().contains(FakeStreamlitCommand.STARTED), gateway::output);
            assertEquals(2, asleep(gateway));

            RawResponse waiting = gateway.open("/own/");
            WaitingPageChecks.assertShown(503, waiting);
            assertTrue(waiting.text().contains("being started"), waiting::text);
            awaitHealthy(gateway, "/own");
            assertEquals(200, gateway.open("/own/").status());
            assertEquals(1, asleep(gateway));

            gateway.awaitLine(": idle for ");
            Eventually.until("it sleeps", () -> asleep(gateway) == 2);
            awaitHealthy(gateway, "/own");
        }
    }

    @Test
    void appWithOpenSessionIsNotIdle() throws IOException {
        try (ConfiguredGateway gateway = ConfiguredGateway.start(
                war, folder, localApp("/used", ", idle-stop: 6s") + localApp("/unused", ", idle-stop: 6s"))) {
            awaitHealthy(gateway, "/used");
            try (RawWebSocket socket = RawWebSocket.open(gateway.uri(), "/used/_stcore/stream")) {
                awaitHealthy(gateway, "/unused");
                gateway.awaitLine("stopping app /unused/: idle for ");
                awaitHealthy(gateway, "/unused");
                socket.frames().send(Frame.text("still here?"));
                assertEquals(Frame.text("still here?"), socket.frames().nextMessage());
                assertFalse(gateway.output().contains("stopping app /used/: idle for "), gateway::output);
            }
            gateway.awaitLine("stopping app /used/: idle for ");
        }
    }

    @Test
    void appUsesItsFolderAndVariablesAndItsLogIsLabelled() throws IOException {
        Path withVariable = FakeStreamlitCommand.script(
                folder.resolve("told"), "echo \"in $(pwd) with MODE=$MODE\"; exec '" + command + "' \"$@\"");
        Path other = Files.createDirectory(folder.resolve("other"));
        String apps = "  /here: {app: app.py, command: " + withVariable + ", start: now}\n"
                + "  /there: {app: app.py, command: " + withVariable + ", start: now, working-directory: other,"
                + " environment: {MODE: test}}\n";
        try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, apps)) {
            gateway.awaitLine("/here/: in " + folder.toRealPath() + " with MODE=");
            gateway.awaitLine("/there/: in " + other.toRealPath() + " with MODE=test");
            assertEquals(200, gateway.status("/here/_stcore/health"), "the apps are healthy when the gateway is ready");
            assertEquals(200, gateway.status("/there/_stcore/health"));
        }
    }

    @Test
    void appThatFailsToStartDoesNotAffectOthers() throws IOException {
        Path broken = FakeStreamlitCommand.script(folder.resolve("broken"), "echo 'no module named x'; exit 1");
        String apps =
                "  /broken: {app: app.py, start: now, command: " + broken + "}\n" + localApp("/own", ", start: now");
        try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, apps)) {
            awaitPage(gateway, "/broken/", "could not be started");
            gateway.awaitLine("no module named x");
            assertEquals(503, gateway.status("/broken/_stcore/health"));
            assertEquals(200, gateway.status("/own/_stcore/health"));
        }
    }

    @Test
    void appThatExceedsMaxRestartsIsStoppedAndReported() throws IOException {
        try (ConfiguredGateway gateway =
                ConfiguredGateway.start(war, folder, localApp("/own", ", start: now, max-restarts: 1"))) {
            gateway.get("/own/die");
            awaitHealthy(gateway, "/own");
            gateway.awaitLine("ended with exit code 3; restarting it in");

            gateway.get("/own/die");

            gateway.awaitLine("not restarting it, as its limit of 1 restart is reached (max-restarts)");
            RawResponse page = gateway.open("/own/");
            WaitingPageChecks.assertShown(503, page);
            assertTrue(page.text().contains("ended too often"), page::text);
        }
    }

    @Test
    void appOverMemoryLimitIsRestartedAndReported() throws IOException {
        // slow enough that the restart is observable
        Path slow = FakeStreamlitCommand.script(folder.resolve("slow"), "sleep 3; exec '" + command + "' \"$@\"");
        String app = "  /own: {app: app.py, start: now, memory: 250M, max-restarts: 1, command: " + slow + "}\n";
        try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app)) {
            gateway.get("/own/grow");

            gateway.awaitLine("over its limit of 250 MB (memory); stopping it");
            awaitPage(gateway, "/own/", "exceeded its memory limit and is being restarted");
            awaitHealthy(gateway, "/own");
            gateway.get("/own/grow");

            gateway.awaitLine("is reached (max-restarts)");
            awaitPage(gateway, "/own/", "exceeded its memory limit too often");
        }
    }

    @Test
    void remainingProcessesServeWhenOneIsStoppedForGood() throws IOException {
        try (ConfiguredGateway gateway =
                ConfiguredGateway.start(war, folder, localApp("/own", ", start: now, processes: 2, max-restarts: 0"))) {
            try (RawHttp http = RawHttp.connect(gateway.uri())) {
                http.send(http.head("POST", "/own/die", "Content-Length: 1"));
                http.send("x"); // a request with a body goes to one of the processes only
                assertEquals(502, http.readHead().status());
            }
            gateway.awaitLine("is reached (max-restarts)");

            for (int i = 0; i < 10; i++) {
                assertEquals(200, gateway.open("/own/").status());
            }
        }
    }

    @Test
    void changedOrRemovedAppIsStoppedWithItsChildren() throws IOException {
        String kept = localApp("/kept", ", start: now");
        try (ConfiguredGateway gateway = ConfiguredGateway.start(
                war,
                folder,
                kept
                        + localApp("/gone", ", start: now")
                        + localApp("/changed", ", start: now, environment: {MODE: a}"))) {
            Eventually.until(
                    gateway::output,
                    ConfiguredGateway.LONG,
                    () -> children(gateway).size() == 3);
            Set<Long> before = children(gateway);

            gateway.edit(kept + localApp("/changed", ", start: now, environment: {MODE: b}"));

            gateway.awaitLine("configuration reloaded");
            awaitHealthy(gateway, "/changed");
            assertEquals(404, gateway.status("/gone/"));
            Eventually.until(
                    gateway::output,
                    ConfiguredGateway.LONG,
                    () -> before.stream().filter(ManagedAppsIT::runs).count() == 1);
            assertEquals(200, gateway.status("/kept/_stcore/health"));

            Set<Long> all = children(gateway);
            assertEquals(0, gateway.terminate(), gateway::output);
            Eventually.until("all of these processes have ended: " + all, () -> all.stream()
                    .noneMatch(ManagedAppsIT::runs));
        }
    }

    private static Set<Long> children(ConfiguredGateway gateway) {
        Set<Long> children = new TreeSet<>();
        gateway.output()
                .lines()
                .filter(line -> line.contains(FakeStreamlitCommand.CHILD))
                .map(line ->
                        line.substring(line.indexOf(FakeStreamlitCommand.CHILD) + FakeStreamlitCommand.CHILD.length()))
                .forEach(pid -> children.add(Long.parseLong(pid.strip())));
        return children;
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !ProcessProbe.isZombie(pid);
    }

    @Test
    void virtualEnvironmentIsActivated() throws IOException {
        Path bin = Files.createDirectories(folder.resolve(".venv/bin"));
        Files.writeString(folder.resolve(".venv/pyvenv.cfg"), "home = /usr/bin\n");
        FakeStreamlitCommand.script(
                bin.resolve("streamlit"), "echo \"venv $VIRTUAL_ENV path $PATH\"; exec '" + command + "' \"$@\"");
        try (ConfiguredGateway gateway =
                ConfiguredGateway.start(war, folder, "  /own: {app: app.py, command: .venv, start: now}\n")) {
            String line = gateway.awaitLine("venv " + folder.resolve(".venv") + " path ");
            assertTrue(line.contains("path " + bin + ":"), line);
            assertEquals(List.of(200), List.of(gateway.status("/own/_stcore/health")));
        }
    }
}
