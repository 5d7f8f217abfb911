package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;

/** Configuration sources of a deployed WAR, and their precedence. */
@EveryContainer
@Timeout(240)
class ConfigurationIT {
    @Parameter
    private ContainerDeployment deployment;

    /** Sets each setting in one source, and to an invalid or other value in every source of lower precedence. */
    @Test
    void contextParameterBeatsSystemPropertyBeatsEnvironmentBeatsFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.properties"), """
                streamlit-port = 4
                strip-prefix = no
                allowed-origins = https://file.example
                trusted-proxies = 127.0.0.1
                """);
        try (FakeStreamlit upstream = FakeStreamlit.start()) {
            ContainerSetup setup = new ContainerSetup()
                    .at("/a/b")
                    .parameter("streamlit-port", upstream.port())
                    .jvm("-Dstreamlit-gateway.streamlit-port=2")
                    .jvm("-Dstreamlit-gateway.strip-prefix=yes")
                    .jvm("-Dstreamlit-gateway.config-file=" + file)
                    .variable("STREAMLIT_PORT", 3)
                    .variable("STREAMLIT_GATEWAY_STRIP_PREFIX", "no")
                    .variable("STREAMLIT_GATEWAY_ALLOWED_ORIGINS", "https://variable.example");
            try (RunningContainer gateway = deployment.start(setup)) {
                HttpHead request = requestThrough(gateway, upstream, "/a/b", "/page");
                assertEquals("10.1.1.1", request.one("X-Forwarded-For").split(",")[0], "trusted-proxies of the file");
                try (RawWebSocket socket =
                        RawWebSocket.dial(gateway.uri(), "/a/b/_stcore/stream", "Origin: https://variable.example")) {
                    assertEquals(101, socket.answer().status(), "allowed-origins of the variable");
                }
                try (RawWebSocket socket =
                        RawWebSocket.dial(gateway.uri(), "/a/b/_stcore/stream", "Origin: https://file.example")) {
                    assertEquals(403, socket.answer().status(), "allowed-origins of the file");
                }
            }
        }
    }

    private static HttpHead requestThrough(RunningContainer gateway, FakeStreamlit upstream, String prefix, String path)
            throws IOException {
        try (RawHttp http = RawHttp.connect(gateway.uri())) {
            assertEquals(
                    200, http.get(prefix + path, "X-Forwarded-For: 10.1.1.1").status());
        }
        return upstream.requests(path).take().request();
    }

    @Test
    void contextParameterCanNameConfigurationFile(@TempDir Path directory) throws IOException {
        try (FakeStreamlit upstream = FakeStreamlit.start()) {
            Path file = Files.writeString(
                    directory.resolve("gateway.properties"),
                    "streamlit-host=127.0.0.1\nstreamlit-port=" + upstream.port() + "\n");
            ContainerSetup setup = new ContainerSetup().parameter("config-file", file);
            try (RunningContainer gateway = deployment.start(setup);
                    RawHttp http = RawHttp.connect(gateway.uri())) {
                assertEquals(200, http.get("/page").status());
                upstream.requests("/page").take();
            }
        }
    }

    @Test
    void invalidSettingsFailDeploymentWithAllReasonsLogged(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.properties"), "ping-intervall = 20s\n");
        ContainerSetup setup = new ContainerSetup()
                .parameter("streamlit-port", "eighty")
                .parameter("user-header", "no header")
                .jvm("-Dstreamlit-gateway.trusted-proxies=10.0.0.0/99")
                .variable("STREAMLIT_GATEWAY_PING_INTERVAL", "often")
                .variable("STREAMLIT_GATEWAY_CONFIG_FILE", file);
        try (RunningContainer gateway = deployment.startUnchecked(setup)) {
            List<String> reasons = List.of(
                    "context parameter streamlit-port: 'eighty'",
                    "context parameter user-header: 'no header'",
                    "-Dstreamlit-gateway.trusted-proxies: '10.0.0.0/99'",
                    "$STREAMLIT_GATEWAY_PING_INTERVAL: 'often'",
                    "ping-intervall: no such setting, did you mean ping-interval?");
            for (String reason : reasons) {
                Eventually.until(() -> reason + " in " + gateway.log(), Eventually.LIMIT, () -> gateway.log()
                        .contains(reason));
            }
            try (RawHttp http = RawHttp.connect(gateway.uri())) {
                int status = http.get("/").status();
                assertTrue(status == 404 || status == 503, "status " + status);
            }
        }
    }
}
