package org.streamlitgateway.it;

import java.io.IOException;
import java.net.URI;

/** A gateway that is ready, until it is stopped. */
public interface RunningGateway extends AutoCloseable {
    /**
     * Returns the address for a browser. It ends with a slash and stays the same after {@link #restartOnSamePort()}.
     */
    URI uri();

    /** Returns the id of the gateway's process: its own or its container's. */
    long pid();

    /** Returns the gateway's output so far, with standard output and standard error in order of arrival. */
    String log();

    /** Sends SIGTERM, waits until the process has ended and returns its exit code. */
    int stop();

    /** Stops the gateway if it still runs, and starts it with the same options on the same port. */
    void restartOnSamePort() throws IOException;

    @Override
    void close();
}
