package org.streamlitgateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.jetty.ee99.servlet.UnknownContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostContainerTest {
    private static final Logger LOG = Logger.getLogger(HostContainer.class.getName());

    private final List<LogRecord> records = new ArrayList<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @BeforeEach
    void record() {
        LOG.addHandler(recorder);
    }

    @AfterEach
    void stopRecording() {
        LOG.removeHandler(recorder);
    }

    @Test
    void jettyWithUnknownInternalsIsBridgedWithOneWarning() {
        ServletContext context = mock(UnknownContext.class);
        when(context.getServerInfo()).thenReturn("jetty/99.0.0");

        assertNull(HostContainer.takeover(context));

        assertEquals(1, records.size());
        assertEquals(Level.WARNING, records.get(0).getLevel());
        assertTrue(records.get(0).getMessage().contains("jetty/99.0.0"), records.get(0)::getMessage);
    }

    @Test
    void otherContainersAreBridgedWithoutAWarning() {
        assertNull(HostContainer.takeover(mock(ServletContext.class)));

        assertEquals(List.of(), records);
    }
}
