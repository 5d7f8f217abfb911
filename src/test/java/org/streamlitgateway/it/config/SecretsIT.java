package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;

/**
 * Puts a secret into every place that can hold one and checks all output of the gateway. Every secret contains this
 * word.
 */
class SecretsIT extends OnEveryCommandLine {
    private static final String WORD = "s3cret";

    private Path file;
    private FakeFeed feed;

    @BeforeEach
    void configure() throws IOException {
        Path command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        feed = FakeFeed.start();
        file = Files.writeString(
                folder.resolve("gateway.yaml"),
                String.join(
                        "\n",
                        "proxy-host: 127.0.0.1",
                        "proxy-port: 0",
                        "sticky-key: s3cret-s3cret-s3cret",
                        "channel: 'prices=" + feed.address()
                                + "?a=1,s3cret&token=s3cret,header.Authorization=Bearer x,s3cret,header.Cookie=s3cret,eager=true'",
                        "apps:",
                        "  /own:",
                        "    app: app.py",
                        "    start: now",
                        "    command: " + command,
                        "    arguments: [--server.cookieSecret=s3cret, --mapbox.token, s3cret]",
                        "    environment: {DB_PASSWORD: s3cret-of-the-app}",
                        ""));
    }

    private Map<String, String> variables() {
        return Map.of(
                "STREAMLIT_GATEWAY_STICKY_KEY", "s3cret-s3cret-s3cret",
                "JDK_JAVA_OPTIONS", "-Dstreamlit-gateway.sticky-key=s3cret-s3cret-s3cret");
    }

    @Test
    void effectiveConfigurationHidesSecrets() throws IOException {
        try (LaunchedProcess check = war.launch(List.of("--config", file.toString(), "--check"), Map.of())) {
            assertEquals(0, check.awaitExit(), check::output);
            assertFalse(check.output().contains(WORD), check::output);
            assertTrue(check.output().contains("prices=" + feed.address()), check::output);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--sticky-keey=s3cret",
                "--sticky-key=s3cret",
                "ws://me:s3cret@host/?token=s3cret",
                "prices=ws://host/?s3cret",
                "--channel=prices=ws://me:s3cret@host/",
                "--channel=prices=http://host/?s3cret",
                "--channel=prices=ws://host/,header.A B=s3cret",
                "--channel=prices=ws://host/,header.Host=s3cret",
                "--channel=s3cret",
            })
    void commandLineErrorsDoNotRepeatSecrets(String word) throws IOException {
        try (LaunchedProcess bad = war.launch(List.of(word), Map.of())) {
            assertEquals(2, bad.awaitExit(), bad::output);
            assertFalse(bad.output().contains(WORD), bad::output);
        }
    }

    @Test
    void secretsReachNoLogPageOrApp() throws IOException {
        List<String> shown = new ArrayList<>();
        try (LaunchedProcess gateway =
                war.launch(List.of("--config", file.toString(), "--log-level", "TRACE"), variables())) {
            URI uri = WarDeployment.readyAddress(gateway);
            String[] secrets = {
                "Cookie: sso=s3cret; streamlit_gateway_replica=s3cret",
                "Authorization: Bearer s3cret",
                "X-Api-Key: s3cret",
                "X-Forwarded-User: s3cret",
            };
            get(uri, "/own/page?token=s3cret", secrets);
            for (String target : List.of("/nowhere?s3cret", "/?s3cret", "/own/../a?s3cret", "/_gateway/x?s3cret")) {
                shown.add(get(uri, target, secrets));
            }
            try (RawHttp http = RawHttp.connect(uri)) {
                byte[] body = "password=s3cret".getBytes(StandardCharsets.US_ASCII);
                shown.add(http.exchangeBody("POST", "/nowhere?s3cret", body, secrets)
                        .text());
            }
            String environment = get(uri, "/own/environment");
            assertTrue(environment.contains("DB_PASSWORD=s3cret-of-the-app"), environment);
            shown.add(environment.replace("DB_PASSWORD=s3cret-of-the-app", ""));
            try (RawWebSocket refused = RawWebSocket.dial(
                    uri, "/own/_stcore/stream?s3cret", secrets[0], secrets[1], "Origin: https://elsewhere.example")) {
                refused.refusal();
            }
            feed.socket();
            gateway.awaitLine("elsewhere.example");
            gateway.terminate();
            Eventually.until(gateway::output, Eventually.LIMIT, () -> !gateway.isAlive());
            shown.add(gateway.output()
                    .replace("--server.cookieSecret=s3cret --mapbox.token s3cret", "")
                    .replace(
                            "-Dstreamlit-gateway.sticky-key=s3cret-s3cret-s3cret",
                            "")); // the variables of the app and of the JVM
        }
        for (String text : shown) {
            assertFalse(text.contains(WORD), text);
        }
    }

    private static String get(URI uri, String target, String... lines) throws IOException {
        try (RawHttp http = RawHttp.connect(uri)) {
            return http.get(target, lines).text();
        }
    }
}
