package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;

/** {@code java -jar streamlit-gateway.war doctor}: arguments, output and exit codes. */
class DoctorCommandLineIT extends OnEveryCommandLine {
    @ParameterizedTest
    @CsvSource({
        "ftp://host/, , not an http or https address",
        "http://me:s3cret@host/, , no plain host name",
        "--timeout, soon, --timeout is not a time",
        "--header, s3cret, --header is not a line",
        "--connect-to, host, --connect-to is not an address",
        "--ca, no-such-file, --ca cannot be read",
        "--pid, one, --pid is not the number",
        "--quik, , unknown option --quik",
        "--sticky-key, s3cret, is shorter than 16 characters",
    })
    void wrongUsageIsToldInOneLineWithoutSecrets(String word, String value, String text) throws IOException {
        List<String> arguments =
                value == null ? List.of("doctor", word) : List.of("doctor", "http://127.0.0.1:1/", word, value);
        try (LaunchedProcess doctor = war.launch(arguments, Map.of())) {
            assertEquals(2, doctor.awaitExit(), doctor::output);
            assertEquals(List.of(), doctor.outLines());
            assertEquals(1, doctor.errLines().size(), doctor::output);
            assertTrue(doctor.output().contains(text), doctor::output);
            assertFalse(doctor.output().contains("s3cret"), doctor::output);
        }
    }

    @Test
    void helpOfTheProgramListsTheCommands() throws IOException {
        try (LaunchedProcess help = war.launch(List.of("--help"), Map.of())) {
            assertEquals(0, help.awaitExit(), help::output);
            assertTrue(help.output().contains("  doctor: "), help::output);
            assertTrue(help.output().contains("  healthcheck: "), help::output);
        }
    }

    @Test
    void reportOfAFailureIsJsonAndTheExitCodeIsOne() throws IOException {
        try (FakeStreamlit server =
                        FakeStreamlit.start().on("/_stcore/health", exchange -> exchange.reply("200 OK", "no"));
                LaunchedProcess doctor =
                        war.launch(List.of("doctor", server.uri().toString(), "--json"), Map.of())) {
            assertEquals(1, doctor.awaitExit(), doctor::output);
            assertEquals(List.of(), doctor.errLines());
            Map<String, Object> report = JSON.std.mapFrom(String.join("\n", doctor.outLines()));
            assertEquals("fail", report.get("result"));
        }
    }

    @Test
    void bundleReplacesFilesOnly() throws IOException {
        Path taken = Files.createDirectory(folder.resolve("folder.zip"));
        try (LaunchedProcess doctor =
                war.launch(List.of("doctor", "http://127.0.0.1:1/", "--bundle", taken.toString()), Map.of())) {
            assertEquals(1, doctor.awaitExit(), doctor::output);
            assertTrue(doctor.output().contains("the bundle cannot be written"), doctor::output);
            assertTrue(Files.isDirectory(taken));
        }
    }
}
