package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.config.reader.Settings;

/** Reads random bytes as gateway.yaml and as a properties file: the result is a configuration or a list of problems. */
class ConfigFileFuzzTest {
    private static final int MAX_PROBLEMS = 10_000;

    @FuzzTest
    void everyFileIsAConfigurationOrHasProblems(byte[] input) throws IOException {
        Path folder = Files.createTempDirectory("fuzz");
        try {
            read(Files.write(folder.resolve("gateway.yaml"), input));
            read(Files.write(folder.resolve("gateway.properties"), input));
        } finally {
            Files.deleteIfExists(folder.resolve("gateway.yaml"));
            Files.deleteIfExists(folder.resolve("gateway.properties"));
            Files.delete(folder);
        }
    }

    private static void read(Path file) {
        try {
            new Settings().file(file).read();
        } catch (ConfigException e) {
            assertFalse(e.problems().isEmpty());
            assertTrue(e.problems().size() < MAX_PROBLEMS, () -> e.problems().size() + " problems");
            e.problems().forEach(problem -> assertFalse(problem.toString().contains("\tat "), problem::toString));
        }
    }
}
