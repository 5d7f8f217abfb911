package org.streamlitgateway.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where lines are written. Used by one thread, except for {@link #requestReopen}. */
interface Destination extends AutoCloseable {
    /**
     * Writes lines; may wait as long as the system does.
     *
     * @param lines each with its end
     * @return number of lines that were lost
     * @throws IOException if all of them were lost
     */
    int write(String lines) throws IOException;

    /** Asks to open the file again before the next line. */
    default void requestReopen() {}

    /** Opens the file again, if that was asked for. */
    default void reopenIfRequested() throws IOException {}

    @Override
    default void close() {}

    /** Standard output of the process. */
    final class Output implements Destination {
        @SuppressWarnings("resource") // closing it would close the output for everybody
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

        @Override
        public int write(String lines) throws IOException {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
            return 0;
        }
    }

    /** A logger, whose lines the container writes where its configuration says. */
    final class Log implements Destination {
        private static final Logger LOG = LoggerFactory.getLogger("streamlit-gateway.access");

        @Override
        public int write(String lines) {
            lines.lines().forEach(LOG::info);
            return 0;
        }
    }
}
