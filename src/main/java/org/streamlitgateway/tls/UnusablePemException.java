package org.streamlitgateway.tls;

import java.nio.file.Path;

/** A PEM file is unusable. The message has the reason, as a predicate to the file's name, for the configuration's author. */
public final class UnusablePemException extends Exception {
    private final transient Path file;

    UnusablePemException(Path file, String message) {
        super(message);
        this.file = file;
    }

    public Path file() {
        return file;
    }
}
