package org.streamlitgateway.cache;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brotli compression (RFC 7932) by a native library. Unavailable where there is no library for the platform, or where the
 * temporary directory does not permit executable code; assets are then compressed by gzip only.
 */
final class Brotli {
    private static final Logger LOG = LoggerFactory.getLogger(Brotli.class);

    /** About as fast as gzip with a smaller result; higher levels take many times as long for little gain. */
    private static final int QUALITY = 6;

    private static final String LIBRARY_PATH = "brotli4j.library.path";

    private static final boolean AVAILABLE = load();

    private Brotli() {}

    /**
     * Unpacks the library into a temporary file, loads it and deletes the file. The loader of brotli4j would leave a file
     * behind on each run. A redeployed WAR needs a new file as well, because a JVM loads a library file only once.
     */
    private static boolean load() {
        String architecture = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        String resource = "lib/linux-" + architecture + "/libbrotli.so";
        try (InputStream library = Brotli.class.getClassLoader().getResourceAsStream(resource)) {
            if (library == null || !System.getProperty("os.name").equals("Linux")) {
                LOG.debug("no Brotli library for this platform; assets are compressed by gzip only");
                return false;
            }
            Path file = Files.createTempFile("streamlit-gateway-brotli", ".so");
            try {
                Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
                return loadFrom(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | LinkageError | RuntimeException e) {
            LOG.debug("cannot load the Brotli library; assets are compressed by gzip only", e);
            return false;
        }
    }

    private static boolean loadFrom(Path file) {
        String before = System.getProperty(LIBRARY_PATH);
        System.setProperty(LIBRARY_PATH, file.toString());
        try {
            return Brotli4jLoader.isAvailable();
        } finally {
            if (before == null) {
                System.clearProperty(LIBRARY_PATH);
            } else {
                System.setProperty(LIBRARY_PATH, before);
            }
        }
    }

    /** Compresses a body. Returns an empty array if Brotli is unavailable or fails. */
    static byte[] compress(byte[] plain) {
        try {
            return AVAILABLE ? Encoder.compress(plain, new Encoder.Parameters().setQuality(QUALITY)) : new byte[0];
        } catch (IOException | RuntimeException e) {
            LOG.debug("Brotli compression failed", e);
            return new byte[0];
        }
    }
}
