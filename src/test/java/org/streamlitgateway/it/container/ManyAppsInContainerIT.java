package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.StreamlitSessions;

/** The configuration file of several apps, named by a context parameter: all apps are below the context path. */
@EveryContainer
class ManyAppsInContainerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Parameter
    private ContainerDeployment deployment;

    private RunningContainer container;

    private RawResponse get(String path, String... fieldLines) {
        try (RawHttp http = RawHttp.connect(container.uri())) {
            return http.get("/ctx" + path, fieldLines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void appsAreServedReloadedAndStopped(@TempDir Path folder) throws IOException {
        Path command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        Path file = folder.resolve("gateway.yaml");
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start()) {
            StreamlitSessions.of("one", one);
            StreamlitSessions.of("two", two);
            String both = "apps:\n  /own: {app: app.py, command: " + command + "}\n  /a:\n    replicas: [127.0.0.1:"
                    + one.port() + ", 127.0.0.1:" + two.port() + "]\n";
            Files.writeString(file, both);
            container = deployment.start(new ContainerSetup().at("/ctx").parameter("config-file", file));
            try (RunningContainer running = container) {
                String list = get("/").text();
                assertTrue(list.contains("href=\"/ctx/a/\"") && list.contains("href=\"/ctx/own/\""), list);
                RawResponse page = get("/a/name", "Accept: text/html");
                String cookie = page.head().one("Set-Cookie");
                assertTrue(cookie.contains("; Path=/ctx/a; HttpOnly"), cookie);
                for (int i = 0; i < 4; i++) {
                    assertEquals(
                            page.text(),
                            get("/a/name", "Cookie: " + cookie.split(";")[0]).text());
                }
                assertEquals(503, get("/own/").status());
                Eventually.until(
                        container::log, LIMIT, () -> get("/own/_stcore/health").status() == 200);

                Files.writeString(file, both + "  /b: {replicas: 127.0.0.1:" + one.port() + "}\n");
                Eventually.until(
                        container::log, LIMIT, () -> get("/b/name").text().equals("one"));

                List<ProcessHandle> processes = ProcessHandle.of(container.pid())
                        .orElseThrow()
                        .descendants()
                        .toList();
                assertTrue(processes.size() >= 2, processes::toString);
                try (RawWebSocket socket = RawWebSocket.open(container.uri(), "/ctx/own/_stcore/stream")) {
                    Recorder<Closing> closing = socket.answerInBackground();
                    running.undeploy();
                    assertEquals(1012, closing.take(LIMIT).code());
                }
                Eventually.until(() -> "left: " + processes + container.log(), LIMIT, () -> processes.stream()
                        .noneMatch(process -> process.isAlive() && !ProcessProbe.isZombie(process.pid())));
            }
        }
    }
}
