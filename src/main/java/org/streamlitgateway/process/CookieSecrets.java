package org.streamlitgateway.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;

/**
 * Secrets with which Streamlit processes sign their cookies: one for each app, shared by its processes and stable across
 * restarts of the gateway. They are derived from the sticky key if one is configured, which gives several gateways the
 * same secrets. Otherwise they are derived from a file that is created once. Thread-safe.
 */
public final class CookieSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(CookieSecrets.class);
    private static final String FILE = "cookie-secret";
    private static final int BYTES = 32;
    private static final int MAX_FILE_BYTES = 1024;

    private final String stickyKey;
    private final Path folder;
    /** Key of the HMAC; {@code null} until first used. Guarded by this. */
    private byte[] key;

    /**
     * Creates the source of secrets without any I/O.
     *
     * @param stickyKey the configured key, or empty
     * @param folder directory of the secret file
     */
    public CookieSecrets(String stickyKey, Path folder) {
        this.stickyKey = stickyKey;
        this.folder = folder;
    }

    /** Returns the secret of the app with this prefix. The first call may read or create the secret file. */
    public synchronized String of(String prefix) {
        if (key == null) {
            key = stickyKey.isEmpty() ? loadOrCreate() : stickyKey.getBytes(StandardCharsets.UTF_8);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(("cookies\0" + prefix).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256, which every JDK must provide", e);
        }
    }

    private byte[] loadOrCreate() {
        byte[] generated = new byte[BYTES];
        new SecureRandom().nextBytes(generated);
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                create(file, generated);
            }
            return read(file);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "cannot keep the cookie secret in {} ({}): users of apps started by the gateway are logged out when"
                            + " it restarts; set state-folder to a writable folder, or set sticky-key",
                    file,
                    FailureText.of(e));
            return generated;
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) < BYTES || Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException("not a file created by the gateway");
        }
        return Files.readAllBytes(file);
    }

    /** Creates the file atomically. If several gateways do so at once, the first one wins. */
    private void create(Path file, byte[] secret) throws IOException {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(folder, attributes(posix, "rwx------"));
        Path draft = Files.createTempFile(folder, FILE, ".new", attributes(posix, "rw-------"));
        try {
            Files.write(draft, secret);
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("another gateway has created {}", file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static FileAttribute<?>[] attributes(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
