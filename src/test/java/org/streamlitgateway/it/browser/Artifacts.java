package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directory for pictures and recordings that a developer may inspect: {@code target/browser}. */
final class Artifacts {
    private static final Path ROOT = Path.of("target/browser");

    private Artifacts() {}

    /** Returns the directory of this name; creates it if necessary. */
    static Path directory(String name) {
        try {
            return Files.createDirectories(ROOT.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
