package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;

/** Invalid usage and failures to start: one line with the cause and the remedy, and an exit code. */
class BadUsageIT extends OnEveryCommandLine {
    private LaunchedProcess launch(String... arguments) throws IOException {
        return war.launch(List.of(arguments), Map.of());
    }

    @Test
    void portInUseFailsStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertOneLine(1, port, "--proxy-host", "127.0.0.1", "--proxy-port", port);
        }
    }

    @Test
    void nonLocalAddressFailsStart() throws IOException {
        assertOneLine(1, "192.0.2.1", "--proxy-host", "192.0.2.1", "--proxy-port", "0");
    }

    @ParameterizedTest
    @CsvSource({
        "--no-such-flag,",
        "--proxy-port, 65536",
        "--proxy-port, -1",
        "--proxy-port, eighty",
        "--streamlit-port, 65536",
        "--streamlit-port, 0",
        "--context-path, ctx",
        "--log-level, LOUD",
        "--trusted-proxies, 10.0.0.0/33",
        "--handshake-timeout, soon",
        "--app, no/such/app.py",
        "stray-word,",
    })
    void invalidArgumentIsNamedInOneLine(String word, String value) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(word));
        if (value != null) {
            arguments.add(value);
        }
        assertOneLine(2, word, arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--proxy-port", "--streamlit-host", "--context-path"})
    void flagWithoutValueIsBadUsage(String flag) throws IOException {
        assertOneLine(2, flag, flag);
    }

    @Test
    void invalidVariableIsNamed() throws IOException {
        try (LaunchedProcess gateway = war.launch(List.of(), Map.of("PROXY_PORT", "eighty"))) {
            assertEquals(2, gateway.awaitExit());
            assertEquals(1, gateway.errLines().size(), gateway::output);
            assertTrue(gateway.output().contains("PROXY_PORT"), gateway::output);
        }
    }

    @Test
    void missingStreamlitFailsStartWithInstallHint() throws IOException {
        Path app = Files.writeString(folder.resolve("app.py"), "import streamlit");
        try (LaunchedProcess gateway = war.launch(
                List.of("--app", app.toString(), "--proxy-host", "127.0.0.1", "--proxy-port", "0"),
                Map.of("PATH", folder.toString()))) {
            assertEquals(1, gateway.awaitExit());
            assertEquals(1, gateway.errLines().size(), gateway::output);
            assertTrue(gateway.output().contains("pip install streamlit"), gateway::output);
        }
    }

    @Test
    void missingStreamlitCommandFailsStart() throws IOException {
        String app =
                Files.writeString(folder.resolve("app.py"), "import streamlit").toString();
        String command = folder.resolve("no-streamlit").toString();

        assertOneLine(1, command, "--app", app, "--streamlit-command", command, "--proxy-port", "0");
    }

    /** Expects this exit code and a single line on standard error that contains {@code cause}. */
    private void assertOneLine(int code, String cause, String... arguments) throws IOException {
        try (LaunchedProcess gateway = launch(arguments)) {
            assertEquals(code, gateway.awaitExit(), gateway::output);
            assertEquals(1, gateway.errLines().size(), gateway::output);
            assertEquals(List.of(), gateway.outLines());
            assertTrue(gateway.errLines().get(0).contains(cause), gateway::output);
        }
    }
}
