package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** Environment, secrets and life time of the processes of local apps. */
class AppProcessesIT extends OnEveryCommandLine {
    private static final String SECRET = "STREAMLIT_SERVER_COOKIE_SECRET=";

    private Path command;

    @BeforeEach
    void install() throws IOException {
        command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
    }

    private String localApp(String path, String more) {
        return "  " + path + ": {app: app.py, start: now, command: " + command + more + "}\n";
    }

    private String state() {
        return "state-folder: " + folder.resolve("state") + "\n";
    }

    private ConfiguredGateway start(String apps) throws IOException {
        return ConfiguredGateway.start(war, folder, state(), apps);
    }

    private static String variable(ConfiguredGateway gateway, String app, String name) {
        return gateway.get(app + "/environment")
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElse("");
    }

    private static void awaitHealthy(ConfiguredGateway gateway, String app) {
        Eventually.until(gateway::output, ConfiguredGateway.LONG, () -> gateway.status(app + "/_stcore/health") == 200);
    }

    private static boolean runs(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !ProcessProbe.isZombie(pid);
    }

    @Test
    void killedGatewayLeavesNoProcess() throws IOException {
        List<Long> all;
        try (ConfiguredGateway gateway = start(localApp("/own", ", processes: 2"))) {
            awaitHealthy(gateway, "/own");
            Eventually.until(
                    gateway::output,
                    ConfiguredGateway.LONG,
                    () -> gateway.output().split(FakeStreamlitCommand.CHILD, -1).length == 3);
            all = ProcessHandle.of(gateway.pid())
                    .orElseThrow()
                    .descendants()
                    .map(ProcessHandle::pid)
                    .toList();
            assertTrue(all.size() >= 4, all::toString);
            ProcessHandle.of(gateway.pid()).orElseThrow().destroyForcibly();

            Eventually.until("all of these processes have ended: " + all, () -> all.stream()
                    .noneMatch(AppProcessesIT::runs));
        }
        try (ConfiguredGateway next = start(localApp("/own", ", processes: 2"))) {
            awaitHealthy(next, "/own");
        }
    }

    @Test
    void cookieSecretIsSharedByProcessesAndOutlivesGateway() throws IOException {
        Set<String> secrets = new HashSet<>();
        String other;
        for (int run = 0; run < 2; run++) {
            try (ConfiguredGateway gateway = start(localApp("/own", ", processes: 2") + localApp("/other", ""))) {
                awaitHealthy(gateway, "/own");
                awaitHealthy(gateway, "/other");
                for (int i = 0; i < 6; i++) { // each request comes from a new visitor
                    secrets.add(variable(gateway, "/own", SECRET));
                }
                other = variable(gateway, "/other", SECRET);
                assertNotEquals("", other);
                assertTrue(!secrets.contains(other), "two apps share a secret");
            }
        }
        assertEquals(1, secrets.size(), secrets::toString);
    }

    @Test
    void withoutStickyKeySecretIsKeptInPrivateFile() throws IOException {
        Path secret = folder.resolve("state/cookie-secret");
        Set<String> secrets = new HashSet<>();
        for (int run = 0; run < 2; run++) {
            try (LaunchedProcess gateway = war.launch(
                    List.of(
                            "--app", folder.resolve("app.py").toString(),
                            "--streamlit-command", command.toString(),
                            "--state-folder", folder.resolve("state").toString(),
                            "--proxy-host", "127.0.0.1",
                            "--proxy-port", "0"),
                    Map.of())) {
                try (RawHttp http = RawHttp.connect(WarDeployment.readyAddress(gateway))) {
                    http.get("/environment")
                            .text()
                            .lines()
                            .filter(line -> line.startsWith(SECRET))
                            .forEach(secrets::add);
                }
            }
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret.getParent())));
        }
        assertEquals(1, secrets.size(), secrets::toString);
    }

    @Test
    void secretConfiguredByAppIsKept() throws IOException {
        Files.createDirectories(folder.resolve(".streamlit"));
        Files.writeString(folder.resolve(".streamlit/config.toml"), "[server]\ncookieSecret = \"its own\"\n");
        try (ConfiguredGateway gateway = start(localApp("/own", ""))) {
            awaitHealthy(gateway, "/own");

            assertEquals("", variable(gateway, "/own", SECRET));
        }
    }

    @Test
    void appsRestartWhenTrustedProxiesChange() throws IOException {
        try (ConfiguredGateway gateway = start(localApp("/own", ""))) {
            awaitHealthy(gateway, "/own");
            assertEquals("FORWARDED_ALLOW_IPS=127.0.0.1,::1", variable(gateway, "/own", "FORWARDED_ALLOW_IPS"));

            gateway.edit(state() + "trusted-proxies: 192.0.2.0/24\n", localApp("/own", ""));

            Eventually.until(
                    gateway::output, ConfiguredGateway.LONG, () -> variable(gateway, "/own", "FORWARDED_ALLOW_IPS")
                            .endsWith(",192.0.2.0/24"));
        }
    }
}
