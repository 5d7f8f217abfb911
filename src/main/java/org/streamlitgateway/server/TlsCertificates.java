package org.streamlitgateway.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Instant;
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

/** TLS from PEM files, reloaded when they change: certificates expire in weeks, and gateways run for months. */
final class TlsCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(TlsCertificates.class);
    private static final long CHECK_SECONDS = 5;

    private final GatewayConfig.Tls files;
    private final SslContextFactory.Server ssl = new SslContextFactory.Server();
    private volatile Instant notAfter;
    private List<FileTime> lastModified;

    TlsCertificates(GatewayConfig.Tls files) {
        this.files = files;
        this.lastModified = modificationTimes();
        ssl.setKeyStorePassword("");
        ssl.setSniRequired(false);
        warnIfReadableByOthers(files.key());
        try {
            PemKeyPair keyPair = PemKeyPair.read(files);
            ssl.setKeyStore(keyPair.keyStore());
            notAfter = keyPair.notAfter();
        } catch (UnusablePemException
                | GeneralSecurityException
                | IOException e) { // changed since the configuration was checked
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Returns when the certificate expires. */
    Instant notAfter() {
        return notAfter;
    }

    SslContextFactory.Server ssl() {
        return ssl;
    }

    /** Checks the files periodically; keeps the current certificate if the new files are unusable. */
    void watch(Scheduler scheduler) {
        scheduler.schedule(
                () -> {
                    if (ssl.isRunning()) {
                        reloadIfChanged();
                        watch(scheduler);
                    }
                },
                CHECK_SECONDS,
                TimeUnit.SECONDS);
    }

    private void reloadIfChanged() {
        List<FileTime> now = modificationTimes();
        if (now.equals(lastModified)) {
            return;
        }
        lastModified = now;
        warnIfReadableByOthers(files.key());
        try {
            PemKeyPair keyPair = PemKeyPair.read(files);
            ssl.reload(factory -> {
                try {
                    factory.setKeyStore(keyPair.keyStore());
                } catch (GeneralSecurityException | IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            notAfter = keyPair.notAfter();
            LOG.info("certificate reloaded from {}", files.certificate());
        } catch (UnusablePemException e) {
            LOG.warn("cannot reload the certificate; keeping the current one: {} {}", e.file(), e.getMessage());
        } catch (Exception e) {
            LOG.warn("cannot reload the certificate; keeping the current one", e);
        }
    }

    private static void warnIfReadableByOthers(Path key) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                LOG.warn(
                        "the key in {} can be read by other users ({}); restrict it with chmod 600",
                        key,
                        PosixFilePermissions.toString(permissions));
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("cannot read the permissions of {}", key, e);
        }
    }

    private List<FileTime> modificationTimes() {
        return List.of(modificationTime(files.certificate()), modificationTime(files.key()));
    }

    private static FileTime modificationTime(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
