package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;

/** {@code java -jar streamlit-gateway.war healthcheck}, for the probes of containers. */
class HealthcheckIT extends OnEveryCommandLine {
    private void assertPrints(int exit, String text, Map<String, String> environment, String... arguments)
            throws IOException {
        try (LaunchedProcess check = war.launch(List.of(arguments), environment)) {
            assertEquals(exit, check.awaitExit(), check::output);
            assertTrue(check.output().contains(text), check::output);
        }
    }

    @Test
    void runningGatewayIsReadyByVariablesFlagsFileAndAddress() throws IOException {
        try (Socket held = Ports.hold();
                FakeStreamlit app = FakeStreamlit.start()) {
            String port = Integer.toString(held.getLocalPort());
            Path file = Files.writeString(
                    folder.resolve("gateway.yaml"),
                    "proxy-port: " + port + "\nallowed-hosts: apps.example.com\napps:\n  /a: {replicas: [127.0.0.1:"
                            + app.port() + "]}\n");
            assertPrints(1, "not ready: no TCP connection", Map.of("PROXY_PORT", port), "healthcheck");
            try (LaunchedProcess gateway = war.launch(List.of("--config", file.toString()), Map.of())) {
                gateway.awaitLine("ready: ");

                assertPrints(0, "ready", Map.of("PROXY_PORT", port), "healthcheck");
                assertPrints(0, "ready", Map.of(), "healthcheck", "--proxy-port", port);
                assertPrints(0, "ready", Map.of(), "healthcheck", "--config", file.toString());
                assertPrints(0, "ready", Map.of(), "healthcheck", "http://127.0.0.1:" + port);
            }
        }
    }

    @Test
    void ownTlsCertificateNeedsNoTrustAndAForeignOneDoes() throws IOException {
        TestCertificate certificate = TestCertificate.in(folder, "public", "EC");
        try (Socket held = Ports.hold()) {
            String port = Integer.toString(held.getLocalPort());
            Map<String, String> variables = Map.of(
                    "PROXY_PORT",
                    port,
                    "STREAMLIT_GATEWAY_TLS_CERTIFICATE",
                    certificate.certificate().toString(),
                    "STREAMLIT_GATEWAY_TLS_KEY",
                    certificate.key().toString());
            try (LaunchedProcess gateway = war.launch(List.of(), variables)) {
                URI uri = WarDeployment.readyAddress(gateway);
                assertEquals("https", uri.getScheme());

                assertPrints(0, "ready", variables, "healthcheck");
                assertPrints(1, "self-signed", Map.of(), "healthcheck", "https://127.0.0.1:" + port);
                assertPrints(0, "ready", Map.of(), "healthcheck", "https://127.0.0.1:" + port, "--insecure");
            }
        }
    }

    @Test
    void somethingElseIsNotReady() throws IOException {
        try (FakeStreamlit other = FakeStreamlit.start()) {
            assertPrints(1, "answered 200", Map.of(), "healthcheck", other.uri().toString());
        }
    }

    @Test
    void wrongUsageIsTold() throws IOException {
        assertPrints(2, "unknown option --prot", Map.of(), "healthcheck", "--prot", "1");
        assertPrints(2, "not a time", Map.of(), "healthcheck", "--timeout", "soon");
        assertPrints(2, "give the gateway's address", Map.of(), "healthcheck", "--proxy-port", "0");
        assertPrints(0, "Exit codes: 0 if it is ready", Map.of(), "healthcheck", "--help");
    }
}
