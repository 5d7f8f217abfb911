package org.streamlitgateway.ctl;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Names of the sockets in the state folder: one for each port. */
final class CtlFolder {
    private static final String PREFIX = "ctl-";
    private static final String SUFFIX = ".sock";

    private CtlFolder() {}

    static Path socket(Path folder, int port) {
        return folder.resolve(PREFIX + port + SUFFIX);
    }

    /** Returns the sockets in a folder, in order; some may have been left by a gateway that was killed. */
    static List<Path> sockets(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
                files.forEach(found::add);
            }
        }
        found.sort(null);
        return found;
    }
}
