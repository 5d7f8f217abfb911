package org.streamlitgateway.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LibraryLogLimitTest {
    private final LibraryLogLimit limit = new LibraryLogLimit();

    @Test
    void eachLibraryClassLogsAFewLinesAMinute() {
        assertEquals(5, logged("org.eclipse.jetty.http.HttpParser"));
        assertEquals(5, logged("org.eclipse.jetty.server.Server"), "each class has its own limit");
    }

    @Test
    void gatewayIsNotLimited() {
        assertEquals(100, logged("org.streamlitgateway.Main"));
        assertEquals(100, logged(null));
    }

    private long logged(String logger) {
        LogRecord record = new LogRecord(Level.WARNING, "text");
        record.setLoggerName(logger);
        return Stream.generate(() -> record)
                .limit(100)
                .filter(limit::isLoggable)
                .count();
    }
}
