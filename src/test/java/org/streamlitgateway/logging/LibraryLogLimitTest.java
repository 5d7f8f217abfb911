package org.streamlitgateway.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LibraryLogLimitTest {
    private final LibraryLogLimit lines = new LibraryLogLimit();

    @Test
    void oneClassOfALibrarySaysAFewLinesAMinute() {
        assertEquals(5, passed("org.eclipse.jetty.http.HttpParser"));
        assertEquals(5, passed("org.eclipse.jetty.server.Server"), "each has its own");
    }

    @Test
    void theGatewayItselfIsHeard() {
        assertEquals(100, passed("org.streamlitgateway.Main"));
        assertEquals(100, passed(null));
    }

    private long passed(String logger) {
        LogRecord record = new LogRecord(Level.WARNING, "text");
        record.setLoggerName(logger);
        return Stream.generate(() -> record)
                .limit(100)
                .filter(lines::isLoggable)
                .count();
    }
}
