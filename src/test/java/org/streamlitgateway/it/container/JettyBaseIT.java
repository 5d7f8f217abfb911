package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/**
 * The directory jetty-base unchanged, started as the README describes, with settings on the command line as in its ini
 * files.
 */
class JettyBaseIT {
    static Stream<ContainerDeployment> jettyDeployments() {
        return ContainerDeployment.all().filter(deployment -> deployment.container() instanceof JettyContainer);
    }

    @ParameterizedTest
    @MethodSource("jettyDeployments")
    @Timeout(120)
    void servesConfiguredApp(ContainerDeployment deployment) throws IOException {
        Path start = ((JettyContainer) deployment.container()).home().resolve("start.jar");
        try (FakeStreamlit upstream = FakeStreamlit.start();
                LaunchedProcess jetty = LaunchedProcess.start(
                        List.of(
                                deployment.jdk().tool("java").toString(),
                                "-Xmx128m",
                                "-jar",
                                start.toString(),
                                "jetty.base=" + Path.of("jetty-base").toAbsolutePath(),
                                "jetty.http.host=127.0.0.1",
                                "jetty.http.port=0",
                                "streamlit-gateway.war=" + WarDeployment.war(),
                                "streamlit-gateway.streamlit-port=" + upstream.port(),
                                "streamlit-gateway.context-path=/tools/streamlit"),
                        Map.of())) {
            jetty.awaitLine(deployment.container().startedLine());
            int port = deployment.container().port(jetty.output());
            URI uri = URI.create("http://127.0.0.1:" + port + "/tools/streamlit/");

            try (RawHttp http = RawHttp.connect(uri)) {
                assertEquals("ok", http.get("/tools/streamlit/_stcore/health").text());
            }
            RawWebSocket.open(uri, "/tools/streamlit/_stcore/stream").close();
        }
    }
}
