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
 * The secrets with which the Streamlits of our own sign their cookies: one for each app, the same for all its processes
 * and after a restart of the gateway. They are made from the sticky key where there is one, so that several gateways
 * have the same; else from a file that is made once. Thread-safe.
 */
public final class CookieSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(CookieSecrets.class);
    private static final String FILE = "cookie-secret";
    private static final int BYTES = 32;
    private static final int LONGEST_FILE = 1024;

    private final String stickyKey;
    private final Path folder;
    private byte[] key;

    /**
     * Reads and makes nothing yet.
     *
     * @param stickyKey the configured key, or empty
     * @param folder where the file is kept
     */
    public CookieSecrets(String stickyKey, Path folder) {
        this.stickyKey = stickyKey;
        this.folder = folder;
    }

    /** The secret of the app with this prefix. */
    public synchronized String of(String prefix) {
        if (key == null) {
            key = stickyKey.isEmpty() ? kept() : stickyKey.getBytes(StandardCharsets.UTF_8);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(("cookies\0" + prefix).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HmacSHA256", impossible);
        }
    }

    private byte[] kept() {
        byte[] made = new byte[BYTES];
        new SecureRandom().nextBytes(made);
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                make(file, made);
            }
            return read(file);
        } catch (IOException | RuntimeException unusable) {
            LOG.warn(
                    "{} cannot be kept ({}): users of the gateway's own apps are logged out when it is started again;"
                            + " give a folder that can be written to with state-folder, or a sticky-key",
                    file,
                    FailureText.of(unusable));
            return made;
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) < BYTES || Files.size(file) > LONGEST_FILE) {
            throw new IOException("not a file that the gateway has made");
        }
        return Files.readAllBytes(file);
    }

    /** Whole or not at all; the first of several gateways wins. */
    private void make(Path file, byte[] secret) throws IOException {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(folder, attributes(posix, "rwx------"));
        Path draft = Files.createTempFile(folder, FILE, ".new", attributes(posix, "rw-------"));
        try {
            Files.write(draft, secret);
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException another) {
            LOG.debug("{} was made by another gateway", file);
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
