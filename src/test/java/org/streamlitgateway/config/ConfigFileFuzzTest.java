package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.config.reader.Settings;

/** Any bytes as gateway.yaml and as a properties file: a configuration, or problems in words. */
class ConfigFileFuzzTest {
    private static final int MOST_PROBLEMS = 10_000;

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
        } catch (ConfigException bad) {
            assertFalse(bad.problems().isEmpty());
            assertTrue(
                    bad.problems().size() < MOST_PROBLEMS, () -> bad.problems().size() + " problems");
            bad.problems().forEach(problem -> assertFalse(problem.toString().contains("\tat "), problem::toString));
        }
    }
}
