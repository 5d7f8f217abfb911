package org.streamlitgateway.tls;

import java.nio.file.Path;

/** A file that cannot be used; the message says why, in words for whoever wrote the configuration. */
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
