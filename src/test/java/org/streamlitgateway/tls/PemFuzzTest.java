package org.streamlitgateway.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.config.GatewayConfig;

/** Reads random bytes as a certificate and as a key: the result is a key pair or an {@link UnusablePemException}. */
class PemFuzzTest {
    @FuzzTest
    void everyFileIsAKeyPairOrUnusable(byte[] input) throws IOException {
        Path file = Files.createTempFile("fuzz", ".pem");
        try {
            Files.write(file, input);
            PemKeyPair.read(new GatewayConfig.Tls(file, file));
        } catch (UnusablePemException e) {
            // expected
        } finally {
            Files.delete(file);
        }
    }
}
