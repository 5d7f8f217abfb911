package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where these tests leave what a person may want to look at: {@code target/browser}. */
final class Artifacts {
    private static final Path ROOT = Path.of("target/browser");

    private Artifacts() {}

    /** A directory of this name, made if need be. */
    static Path directory(String name) {
        try {
            return Files.createDirectories(ROOT.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
