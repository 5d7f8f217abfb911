package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.reader.Settings;

/** Order of precedence of the sources of settings, as in the documentation. */
class SourcesTest {
    private final Map<String, String> flags = new LinkedHashMap<>();
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void setThePortInEverySource() throws IOException {
        flags.put("streamlit-port", "1");
        parameters.put("streamlit-port", "2");
        properties.put("streamlit-gateway.streamlit-port", "3");
        variables.put("STREAMLIT_PORT", "4");
        file = Files.writeString(directory.resolve("gateway.properties"), "streamlit-port=5\n");
    }

    private Settings settings() {
        return new Settings()
                .commandLine(flags)
                .contextParameters(parameters::get)
                .systemProperties(properties::get)
                .environment(variables)
                .file(file);
    }

    @Test
    void eachSourceTakesPrecedenceOverLaterOnes() throws Exception {
        assertEquals(1, settings().read().app().upstream().port());
        flags.clear();
        assertEquals(2, settings().read().app().upstream().port());
        parameters.clear();
        assertEquals(3, settings().read().app().upstream().port());
        properties.clear();
        assertEquals(4, settings().read().app().upstream().port());
        variables.clear();
        assertEquals(5, settings().read().app().upstream().port());
        Files.writeString(file, "");
        assertEquals(8501, settings().read().app().upstream().port());
    }

    @Test
    void emptyVariableOrPropertyCountsAsUnset() throws Exception {
        flags.clear();
        parameters.clear();
        properties.put("streamlit-gateway.streamlit-port", "");
        variables.put("STREAMLIT_PORT", "");

        assertEquals(5, settings().read().app().upstream().port());
    }

    @Test
    void problemsOfAllSourcesAreReportedAtOnce() throws IOException {
        flags.clear();
        parameters.put("streamlit-port", "eighty");
        properties.put("streamlit-gateway.trusted-proxies", "10.0.0.0/99");
        variables.put("STREAMLIT_GATEWAY_PING_INTERVAL", "often");
        Files.writeString(file, "ping-intervall=20s\n");

        ConfigException problems =
                assertThrows(ConfigException.class, () -> settings().read());

        List<String> where =
                problems.problems().stream().map(Problem::where).sorted().toList();
        assertEquals(
                List.of(
                        "$STREAMLIT_GATEWAY_PING_INTERVAL",
                        "-Dstreamlit-gateway.trusted-proxies",
                        file + ": ping-intervall",
                        "context parameter streamlit-port"),
                where);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not-there.properties", "."})
    void unreadableFileIsAProblem(String name) {
        Settings settings = new Settings().file(directory.resolve(name));

        assertThrows(ConfigException.class, settings::read);
    }
}
