package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;

/** {@code --config gateway.yaml --check}. */
class CheckIT extends OnEveryCommandLine {
    private LaunchedProcess check(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), text);
        return war.launch(
                List.of("--check", "--config", file.toString(), "--proxy-port", "1234"),
                Map.of("STREAMLIT_GATEWAY_PING_INTERVAL", "7s"));
    }

    @Test
    void effectiveSettingsArePrintedWithSourceWithoutSecrets() throws IOException {
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        try (LaunchedProcess check = check("""
                proxy-port: 1
                stop-timeout: 9s
                sticky-key: a secret that nobody sees
                channel: prices=ws://localhost:1/ws,apps=/a,header.Authorization=another secret
                apps:
                  /a: {replicas: [one:1, {address: two:2, drain: yes}]}
                  /b: {app: app.py, environment: {PASSWORD: a third secret}}
                """)) {
            assertEquals(0, check.awaitExit(), check::output);
            String out = String.join("\n", check.outLines());

            assertEquals(List.of(), check.errLines());
            assertFalse(out.contains("secret"), out);
            assertTrue(out.matches("(?s).*proxy-port: 1234 +# --proxy-port\n.*"), out);
            assertTrue(out.matches("(?s).*ping-interval: 7s +# \\$STREAMLIT_GATEWAY_PING_INTERVAL\n.*"), out);
            assertTrue(out.matches("(?s).*stop-timeout: 9s +# \\S+gateway.yaml:2: stop-timeout\n.*"), out);
            assertTrue(out.matches("(?s).*drain-delay: 0s +# default\n.*"), out);
            assertTrue(out.matches("(?s).*sticky-key: \\(hidden\\).*PASSWORD: \\(hidden\\).*"), out);
            assertTrue(out.contains("{address: \"two:2\", drain: yes}"), out);
        }
    }

    @Test
    void allProblemsAreReportedAtOnce() throws IOException {
        try (LaunchedProcess check = check("""
                stop-timeout: soon
                stikcy-key: x
                apps:
                  /a: {replicas: 7}
                """)) {
            assertEquals(2, check.awaitExit(), check::output);

            assertEquals(List.of(), check.outLines());
            List<String> problems = check.errLines().stream()
                    .map(line -> line.replace(folder + "/", ""))
                    .toList();
            assertEquals(
                    List.of(
                            "streamlit-gateway: gateway.yaml:2: stikcy-key: no such setting, did you mean sticky-key?",
                            "streamlit-gateway: gateway.yaml:4: apps./a.replicas: '7' is not an address such as"
                                    + " localhost:8501 or [::1]:8501",
                            "streamlit-gateway: gateway.yaml:1: stop-timeout: 'soon' is not a time such as 500ms, 20s,"
                                    + " 5m or 1h; a number alone means seconds"),
                    problems);
        }
    }
}
