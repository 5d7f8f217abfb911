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
 * Brotli (RFC 7932) by a native library, where there is one for the machine and its temporary directory lets it run;
 * elsewhere there is gzip alone.
 */
final class Brotli {
    private static final Logger LOG = LoggerFactory.getLogger(Brotli.class);

    /** About as quick as gzip and a tenth smaller; the next levels take six to sixty times as long for a little more. */
    private static final int QUALITY = 6;

    private static final String LIBRARY_PATH = "brotli4j.library.path";

    private static final boolean AVAILABLE = load();

    private Brotli() {}

    /**
     * Unpacks the library, loads it and deletes the file: the loader's own way would leave one behind for each run. A
     * file of its own for each class loader is also what a redeployed WAR needs, as Java loads a file only once.
     */
    private static boolean load() {
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        String resource = "lib/linux-" + machine + "/libbrotli.so";
        try (InputStream library = Brotli.class.getClassLoader().getResourceAsStream(resource)) {
            if (library == null || !System.getProperty("os.name").equals("Linux")) {
                LOG.debug("no Brotli for this machine");
                return false;
            }
            Path file = Files.createTempFile("streamlit-gateway-brotli", ".so");
            try {
                Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
                return loadFrom(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | LinkageError | RuntimeException unusable) {
            LOG.debug("no Brotli here", unusable);
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

    /** An empty array when Brotli is not to be had. */
    static byte[] compress(byte[] plain) {
        try {
            return AVAILABLE ? Encoder.compress(plain, new Encoder.Parameters().setQuality(QUALITY)) : new byte[0];
        } catch (IOException | RuntimeException failure) {
            LOG.debug("not compressed with Brotli", failure);
            return new byte[0];
        }
    }
}
