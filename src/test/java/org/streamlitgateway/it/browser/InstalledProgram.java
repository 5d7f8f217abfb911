package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;

/** A program that the build prepared for these tests, unless the environment variable of its name overrides it. */
public enum InstalledProgram {
    STREAMLIT,
    CHROMIUM;

    private static final Path PREPARED = Path.of("target/parts/parts.properties");

    public Path path() throws IOException {
        String override = System.getenv(name());
        if (override != null && !override.isBlank()) {
            return Path.of(override).toAbsolutePath();
        }
        Properties prepared = new Properties();
        if (Files.exists(PREPARED)) {
            try (InputStream file = Files.newInputStream(PREPARED)) {
                prepared.load(file);
            }
        }
        String path = prepared.getProperty(name().toLowerCase(Locale.ROOT));
        if (path == null) {
            throw new IOException(
                    "no " + name() + " in " + PREPARED + ": run mvn verify, or name the program in the environment");
        }
        return Path.of(path).toAbsolutePath();
    }
}
