package org.streamlitgateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.fixture.TestCertificate;

class TlsCertificatesTest {
    @TempDir
    static Path folder;

    private final Logger logger = Logger.getLogger(TlsCertificates.class.getName());
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            lines.add(new SimpleFormatter().formatMessage(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-"})
    void keyReadableByOthersIsWarnedOfOnce(String mode) throws IOException {
        Path key = loadWithKeyOf(mode);

        assertEquals(1, lines.size(), lines::toString);
        String line = lines.element();
        assertTrue(line.contains(key + " can be read by other users") && line.contains(mode), line);
    }

    @Test
    void keyReadableByItsOwnerOnlyIsNot() throws IOException {
        loadWithKeyOf("rw-------");

        assertEquals(List.of(), List.copyOf(lines));
    }

    private static Path loadWithKeyOf(String mode) throws IOException {
        TestCertificate files = TestCertificate.in(folder, mode, "EC");
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(mode));
        new TlsCertificates(new GatewayConfig.Tls(files.certificate(), files.key()));
        return files.key();
    }
}
