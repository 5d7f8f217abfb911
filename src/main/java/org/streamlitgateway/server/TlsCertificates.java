package org.streamlitgateway.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.tls.PemKeyPair;
import org.streamlitgateway.tls.UnusablePemException;

/** TLS from PEM files, read again when they have changed: certificates live for weeks, gateways for months. */
final class TlsCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(TlsCertificates.class);
    private static final long LOOK_SECONDS = 5;

    private final GatewayConfig.Tls files;
    private final SslContextFactory.Server ssl = new SslContextFactory.Server();
    private List<FileTime> seen;

    TlsCertificates(GatewayConfig.Tls files) {
        this.files = files;
        this.seen = times();
        ssl.setKeyStorePassword("");
        ssl.setSniRequired(false);
        warnOfReaders(files.key());
        try {
            ssl.setKeyStore(PemKeyPair.read(files).keyStore());
        } catch (UnusablePemException | GeneralSecurityException | IOException changedSinceChecked) {
            throw new IllegalStateException(changedSinceChecked.getMessage(), changedSinceChecked);
        }
    }

    SslContextFactory.Server ssl() {
        return ssl;
    }

    /** Looks now and then; a pair that cannot be used leaves the one before in force. */
    void watch(Scheduler scheduler) {
        scheduler.schedule(
                () -> {
                    if (ssl.isRunning()) {
                        look();
                        watch(scheduler);
                    }
                },
                LOOK_SECONDS,
                TimeUnit.SECONDS);
    }

    private void look() {
        List<FileTime> now = times();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        warnOfReaders(files.key());
        try {
            PemKeyPair identity = PemKeyPair.read(files);
            ssl.reload(factory -> {
                try {
                    factory.setKeyStore(identity.keyStore());
                } catch (GeneralSecurityException | IOException inMemory) {
                    throw new IllegalStateException(inMemory);
                }
            });
            LOG.info("{} was read again", files.certificate());
        } catch (UnusablePemException unusable) {
            LOG.warn("the certificate stays as it was: {} {}", unusable.file(), unusable.getMessage());
        } catch (Exception failure) {
            LOG.warn("the certificate stays as it was", failure);
        }
    }

    private static void warnOfReaders(Path key) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                LOG.warn(
                        "the key in {} can be read by others than its owner ({}); take that away with chmod 600",
                        key,
                        PosixFilePermissions.toString(permissions));
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            LOG.debug("who may read {} is not known", key, unknown);
        }
    }

    private List<FileTime> times() {
        return List.of(time(files.certificate()), time(files.key()));
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException missing) {
            return FileTime.fromMillis(0);
        }
    }
}
