package org.streamlitgateway.it.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.config.ConfiguredGateway.app;
import static org.streamlitgateway.it.config.ConfiguredGateway.draining;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** The command {@code ctl} at a gateway of the same user. */
class CtlIT extends OnEveryCommandLine {
    private static final int VISITORS = 10;

    private record Answer(int code, String out, String err) {}

    private Answer ctl(String... words) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("ctl", "--state-folder", folder.toString()));
        arguments.addAll(List.of(words));
        try (LaunchedProcess process = war.launch(arguments, Map.of())) {
            int code = process.awaitExit();
            return new Answer(code, String.join("\n", process.outLines()), String.join("\n", process.errLines()));
        }
    }

    private void done(String text, String... words) throws IOException {
        Answer answer = ctl(words);
        assertEquals(0, answer.code(), answer::toString);
        assertTrue(answer.out().contains(text), answer::toString);
    }

    private String settings() {
        return "state-folder: " + folder + "\n";
    }

    private static String address(FakeStreamlit replica) {
        return "127.0.0.1:" + replica.port();
    }

    @Test
    void drainsByCommandAndByFileAgree() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                ConfiguredGateway gateway =
                        ConfiguredGateway.start(war, folder, settings(), app("/a", one, two) + app("/b", one))) {
            StreamlitSessions.of("one", one);
            StreamlitSessions.of("two", two);
            done("is draining", "drain", "/a", address(one));
            for (int i = 0; i < VISITORS; i++) {
                assertEquals("two", gateway.open("/a/name").text());
            }
            Answer again = ctl("drain", "/a", address(one));
            assertEquals(1, again.code(), again::toString);
            assertTrue(again.err().contains("is draining already"), again::toString);

            gateway.edit(settings() + "close-spread: 1s\n", app("/a", one, two));
            gateway.awaitLine("configuration reloaded");
            assertEquals("two", gateway.open("/a/name").text(), "a reload keeps the drain");
            done("draining", "status");

            gateway.edit(settings(), app("/a", two) + draining(one));
            done("was read", "reload");
            done("in service", "ready", "/a", address(one));
            gateway.edit(settings(), app("/a", one) + draining(two));
            done("was read", "reload");
            for (int i = 0; i < VISITORS; i++) {
                assertEquals("one", gateway.open("/a/name").text(), "the file now drains the other one");
            }
        }
    }

    @Test
    void maintenanceMovesSessionsAndStopsChecks() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, settings(), app("/a", one, two));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions first = StreamlitSessions.of("one", one);
            StreamlitSessions second = StreamlitSessions.of("two", two);
            visitors.open(VISITORS);

            done("in maintenance", "maint", "/a", address(one));

            Eventually.until(visitors::toString, ConfiguredGateway.LONG, () -> second.open() == VISITORS);
            assertEquals(0, first.open());
            done("in maintenance", "maint", "/a", address(two));
            assertEquals(503, gateway.open("/a/").status());
            done("in service", "ready", "/a", address(two));
            assertEquals("two", gateway.open("/a/name").text());
        }
    }

    @Test
    void processIsRestarted() throws IOException {
        Path command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        String apps = "  /own: {app: app.py, start: now, command: " + command + "}\n";
        try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, settings(), apps)) {
            Eventually.until(
                    gateway::output, ConfiguredGateway.LONG, () -> gateway.status("/own/_stcore/health") == 200);
            long before = healthyLines(gateway);

            done("restarting process 0 of /own", "restart", "/own", "process 0");

            Eventually.until(gateway::output, ConfiguredGateway.LONG, () -> healthyLines(gateway) == before + 1);
            Eventually.until(gateway::output, ConfiguredGateway.LONG, () -> gateway.status("/own/") == 200);
            Answer wrong = ctl("restart", "/own", "process 7");
            assertEquals(1, wrong.code(), wrong::toString);
            assertTrue(wrong.err().contains("it has process 0"), wrong::toString);
        }
    }

    private static long healthyLines(ConfiguredGateway gateway) {
        return gateway.output()
                .lines()
                .filter(line -> line.contains("is healthy at"))
                .count();
    }

    @Test
    void statusIsShownAsTextAndJson() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit missing = FakeStreamlit.start();
                ConfiguredGateway gateway =
                        ConfiguredGateway.start(war, folder, settings(), app("/a", one) + app("/b", missing));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions.of("one", one);
            missing.stop();
            visitors.open(2);
            gateway.awaitLine("is down");

            Answer text = ctl("status");
            Answer json = ctl("status", "--json");

            assertEquals(0, text.code(), text::toString);
            assertTrue(text.out().contains("it accepts no connection"), text::toString);
            assertTrue(text.out().contains(address(one)), text::toString);
            assertTrue(text.out().contains("2 sessions"), text::toString);
            Map<String, Object> parsed = JSON.std.mapFrom(json.out());
            assertEquals(1, parsed.get("version"));
            assertEquals(2, parsed.get("sessions_found"));
            Path socket = folder.resolve("ctl-" + gateway.uri().getPort() + ".sock");
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)), "of the socket");

            done("the log level is DEBUG", "log-level", "debug");
            assertEquals(0, ctl("end-user", "nobody").code() - 1);
            Eventually.until(gateway::output, ConfiguredGateway.LONG, () -> gateway.output()
                    .contains("streamlit-gateway.audit"));
            assertEquals(0, gateway.terminate());
            assertTrue(gateway.output().contains("stopping, 2 sessions"), gateway::output);
            assertTrue(gateway.output().contains("stopped"), gateway::output);
            assertFalse(Files.exists(socket), "the socket is removed");
        }
    }

    @Test
    void wrongUseHasExitCodeTwoAndNoGatewayHasOne() throws IOException {
        Answer none = ctl("status");
        assertEquals(1, none.code(), none::toString);
        assertTrue(none.err().startsWith("streamlit-gateway ctl: no gateway of this user listens in "), none::toString);
        assertEquals(1, none.err().lines().count(), none::toString);
        for (String[] words :
                new String[][] {{}, {"explode"}, {"drain", "/a"}, {"drain", "/a", "b", "c"}, {"--port"}}) {
            Answer wrong = ctl(words);
            assertEquals(2, wrong.code(), wrong::toString);
            assertEquals(1, wrong.err().lines().count(), wrong::toString);
        }
        Answer help = ctl("--help");
        assertEquals(0, help.code(), help::toString);
        assertTrue(help.out().contains("drain APP REPLICA"), help::toString);
    }
}
