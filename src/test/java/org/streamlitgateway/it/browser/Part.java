package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;

/** A program that the build prepared for these tests, or that an environment variable of its name says instead. */
public enum Part {
    STREAMLIT,
    CHROMIUM;

    private static final Path PREPARED = Path.of("target/parts/parts.properties");

    public Path path() throws IOException {
        String override = System.getenv(name());
        if (override != null && !override.isBlank()) {
            return Path.of(override).toAbsolutePath();
        }
        Properties prepared = new Properties();
        try (InputStream file = Files.newInputStream(PREPARED)) {
            prepared.load(file);
        }
        String key = name().toLowerCase(Locale.ROOT);
        String path = prepared.getProperty(key);
        if (path == null) {
            throw new IOException(PREPARED + " has no " + key + ": run mvn -DskipTests pre-integration-test, or set "
                    + name() + " in the environment");
        }
        return Path.of(path).toAbsolutePath();
    }
}
