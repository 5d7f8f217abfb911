package org.streamlitgateway.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.config.GatewayConfig;

/** Any bytes as a certificate and as a key: an identity, or one reason why not. */
class PemFuzzTest {
    @FuzzTest
    void everyFileIsAnIdentityOrUnusable(byte[] input) throws IOException {
        Path file = Files.createTempFile("fuzz", ".pem");
        try {
            Files.write(file, input);
            PemKeyPair.read(new GatewayConfig.Tls(file, file));
        } catch (UnusablePemException unusable) {
            // as it should be
        } finally {
            Files.delete(file);
        }
    }
}
