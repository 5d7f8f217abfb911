package org.streamlitgateway.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.file.ConfigText;

/** A server's certificate chain and its private key, read from PEM files (RFC 7468) and checked to match. */
public final class PemKeyPair {
    private static final String CERTIFICATE = "CERTIFICATE";

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private PemKeyPair(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Reads and checks both files. The server's certificate must come first in its file, followed by its issuers'.
     *
     * @throws UnusablePemException if a file is unreadable or invalid, or the key does not match
     */
    public static PemKeyPair read(GatewayConfig.Tls files) throws UnusablePemException {
        List<X509Certificate> chain = chain(files.certificate());
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey key = privateKey(files.key(), publicKey);
        if (!matches(key, publicKey)) {
            throw new UnusablePemException(
                    files.key(), "is not the key of the first certificate in " + files.certificate());
        }
        return new PemKeyPair(chain, key);
    }

    private static List<X509Certificate> chain(Path file) throws UnusablePemException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.label().equals(CERTIFICATE)) {
                    chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException e) {
            throw new UnusablePemException(file, "contains a certificate that cannot be read: " + e.getMessage());
        }
        if (chain.isEmpty()) {
            throw new UnusablePemException(file, "contains no certificate in PEM format (-----BEGIN CERTIFICATE-----)");
        }
        for (int i = 1; i < chain.size(); i++) {
            X509Certificate signed = chain.get(i - 1);
            X509Certificate next = chain.get(i);
            if (!signed.getIssuerX500Principal().equals(next.getSubjectX500Principal())) {
                throw new UnusablePemException(
                        file,
                        "contains " + signed.getSubjectX500Principal() + ", issued by "
                                + signed.getIssuerX500Principal() + ", followed by " + next.getSubjectX500Principal()
                                + ": put the server's certificate first, then its issuer's, and so on");
            }
        }
        X509Certificate server = chain.get(0);
        try {
            server.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new UnusablePemException(
                    file, "expired on " + server.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            throw new UnusablePemException(
                    file, "is not valid before " + server.getNotBefore().toInstant());
        }
        return List.copyOf(chain);
    }

    private static PrivateKey privateKey(Path file, PublicKey publicKey) throws UnusablePemException {
        for (Block block : blocks(file)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return decode(file, block.content(), publicKey);
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    return decode(file, toPkcs8(block.content(), publicKey), publicKey);
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new UnusablePemException(
                            file, "is encrypted; remove the password with: openssl pkey -in KEY -out NEWKEY");
                default -> {} // EC PARAMETERS, or certificates in the same file
            }
        }
        throw new UnusablePemException(file, "contains no private key in PEM format (-----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey decode(Path file, byte[] pkcs8, PublicKey publicKey) throws UnusablePemException {
        try {
            return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new UnusablePemException(
                    file, "is not the " + publicKey.getAlgorithm() + " key that the certificate requires");
        }
    }

    /**
     * Wraps a key in the format of its algorithm (RFC 8017, RFC 5915) into PKCS #8 (RFC 5208): version, algorithm, as in the
     * certificate, and key.
     */
    private static byte[] toPkcs8(byte[] key, PublicKey publicKey) {
        byte[] publicInfo = publicKey.getEncoded(); // SEQUENCE { algorithm, key }
        int algorithm = contentStart(publicInfo, 0);
        int end = contentStart(publicInfo, algorithm) + contentLength(publicInfo, algorithm);
        byte[] version = {2, 1, 0};
        byte[] octets = der(4, key);
        byte[] all = new byte[version.length + end - algorithm + octets.length];
        System.arraycopy(version, 0, all, 0, version.length);
        System.arraycopy(publicInfo, algorithm, all, version.length, end - algorithm);
        System.arraycopy(octets, 0, all, version.length + end - algorithm, octets.length);
        return der(0x30, all);
    }

    private static byte[] der(int tag, byte[] content) {
        byte[] length =
                switch (Integer.numberOfLeadingZeros(content.length) / 8) {
                    case 2 -> new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
                    default ->
                        content.length < 0x80
                                ? new byte[] {(byte) content.length}
                                : new byte[] {(byte) 0x81, (byte) content.length};
                };
        byte[] all = new byte[1 + length.length + content.length];
        all[0] = (byte) tag;
        System.arraycopy(length, 0, all, 1, length.length);
        System.arraycopy(content, 0, all, 1 + length.length, content.length);
        return all;
    }

    private static int contentStart(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int contentLength(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        if (length < 0x80) {
            return length;
        }
        int value = 0;
        for (int i = at + 2; i < contentStart(der, at); i++) {
            value = value << 8 | der[i] & 0xff;
        }
        return value;
    }

    private static boolean matches(PrivateKey key, PublicKey publicKey) {
        String algorithm =
                switch (publicKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> publicKey.getAlgorithm(); // EdDSA
                };
        try {
            byte[] probe = {1};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException | ProviderException e) {
            return false;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(String label, byte[] content) {}

    private static List<Block> blocks(Path file) throws UnusablePemException {
        if (!Files.exists(file)) {
            throw new UnusablePemException(file, "does not exist");
        }
        List<Block> blocks = new ArrayList<>();
        String label = null;
        StringBuilder content = new StringBuilder();
        try {
            for (String line : new String(ConfigText.bytes(file), StandardCharsets.ISO_8859_1).split("\\R")) {
                String trimmed = line.trim();
                if (trimmed.startsWith("-----BEGIN ") && trimmed.endsWith("-----")) {
                    label = trimmed.substring("-----BEGIN ".length(), trimmed.length() - "-----".length());
                    content.setLength(0);
                } else if (label != null && trimmed.startsWith("-----END ")) {
                    blocks.add(new Block(label, Base64.getDecoder().decode(content.toString())));
                    label = null;
                } else if (label != null && trimmed.indexOf(':') < 0) {
                    content.append(trimmed);
                }
            }
        } catch (IOException e) {
            throw new UnusablePemException(file, e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new UnusablePemException(file, "is damaged: its content is not base64");
        }
        return blocks;
    }

    /** Returns the pair as a key store in memory, with an empty password. */
    public KeyStore keyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("gateway", key, new char[0], chain.toArray(Certificate[]::new));
        return store;
    }

    /** Returns when the certificate expires. */
    public Instant notAfter() {
        return chain.get(0).getNotAfter().toInstant();
    }
}
