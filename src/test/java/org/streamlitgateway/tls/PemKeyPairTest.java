package org.streamlitgateway.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.fixture.TestCertificate;

/** Usable PEM files are read; others are refused with the reason. */
class PemKeyPairTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void matchingPairIsRead(String algorithm) throws Exception {
        TestCertificate pair = TestCertificate.in(directory, "a", algorithm);

        assertTrue(read(pair.certificate(), pair.key()).keyStore().isKeyEntry("gateway"));
    }

    @Test
    void chainAndKeyMayShareAFile() throws Exception {
        TestCertificate issuer = TestCertificate.in(directory, "issuer", "EC");
        TestCertificate pair = TestCertificate.signed(directory, "a", "issuer");
        Path both = Files.writeString(
                directory.resolve("both.pem"),
                "a comment\n" + Files.readString(pair.key()) + Files.readString(pair.certificate())
                        + Files.readString(issuer.certificate()));

        assertEquals(2, read(both, both).keyStore().getCertificateChain("gateway").length);
    }

    @Test
    void certificatesInTheWrongOrderAreRefused() throws Exception {
        TestCertificate pair = TestCertificate.in(directory, "a", "EC");
        TestCertificate stranger = TestCertificate.in(directory, "b", "EC");
        Path chain = Files.writeString(
                directory.resolve("chain.pem"),
                Files.readString(pair.certificate()) + Files.readString(stranger.certificate()));

        assertEquals(
                "contains CN=a, issued by CN=a, followed by CN=b: put the server's certificate first, then its issuer's,"
                        + " and so on",
                refusal(chain, pair.key()));
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws Exception {
        TestCertificate pair = TestCertificate.in(directory, "a", "EC");
        TestCertificate other = TestCertificate.in(directory, "b", "EC");
        TestCertificate rsa = TestCertificate.in(directory, "c", "RSA");

        assertEquals(
                "is not the key of the first certificate in " + pair.certificate(),
                refusal(pair.certificate(), other.key()));
        assertEquals("is not the EC key that the certificate requires", refusal(pair.certificate(), rsa.key()));
    }

    @Test
    void expiredOrFutureCertificateIsRefused() throws Exception {
        TestCertificate old = TestCertificate.in(directory, "old", "EC", "-3d", 1);
        TestCertificate early = TestCertificate.in(directory, "early", "EC", "+1d", 1);

        assertTrue(refusal(old.certificate(), old.key()).startsWith("expired on 20"));
        assertTrue(refusal(early.certificate(), early.key()).startsWith("is not valid before 20"));
    }

    @Test
    void missingEmptyEncryptedOrDamagedFilesAreRefused() throws Exception {
        TestCertificate pair = TestCertificate.in(directory, "a", "EC");
        Path none = directory.resolve("none.pem");

        assertEquals("does not exist", refusal(none, pair.key()));
        assertEquals("does not exist", refusal(pair.certificate(), none));
        assertTrue(refusal(pair.key(), pair.key()).startsWith("contains no certificate"));
        assertTrue(refusal(pair.certificate(), pair.certificate()).startsWith("contains no private key"));
        assertTrue(refusal(pair.certificate(), pem("ENCRYPTED PRIVATE KEY", "AAAA"))
                .startsWith("is encrypted"));
        assertTrue(refusal(pair.certificate(), pem("PRIVATE KEY", "!!!!")).startsWith("is damaged"));
        assertTrue(refusal(pem("CERTIFICATE", "AAAA"), pair.key())
                .startsWith("contains a certificate that cannot be read"));
    }

    private Path pem(String label, String base64) throws IOException {
        return Files.writeString(
                directory.resolve("x.pem"),
                "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }

    private static PemKeyPair read(Path certificate, Path key) throws UnusablePemException {
        PemKeyPair pair = PemKeyPair.read(new GatewayConfig.Tls(certificate, key));
        assertNotNull(pair);
        return pair;
    }

    private static String refusal(Path certificate, Path key) {
        return assertThrows(UnusablePemException.class, () -> PemKeyPair.read(new GatewayConfig.Tls(certificate, key)))
                .getMessage();
    }
}
