package org.streamlitgateway.it;

import java.io.IOException;
import java.net.URI;

/** A gateway that answers, until it is stopped. */
public interface RunningGateway extends AutoCloseable {
    /** Where a browser would go; ends with a slash and stays the same over {@link #restartOnSamePort()}. */
    URI uri();

    /** The process that holds the gateway: its own, or its container's. */
    long pid();

    /** What the gateway wrote so far, standard output and standard error as they came. */
    String log();

    /** Asks it to stop (SIGTERM), waits until it is gone and returns its exit code. */
    int stop();

    /** Stops it if it still runs, and starts it with the same options on the same port. */
    void restartOnSamePort() throws IOException;

    @Override
    void close();
}
