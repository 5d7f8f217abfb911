package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of the installed Streamlit whose assets have other names, like those of another version. The version is the
 * same, so that the only difference is what an upgrade changes for a tab: the names.
 */
final class OtherBuild {
    /** Content hash in an asset's name, such as {@code index.CcFifQPt.js}. */
    private static final Pattern FINGERPRINT = Pattern.compile("(?<=\\.)[A-Za-z0-9_-]{8}(?=\\.(?:js|css)\\b)");

    private OtherBuild() {}

    /** Creates the copy; returns the {@code PYTHONPATH} of its processes. */
    static Path in(Path folder) throws IOException {
        Path installed = installed();
        Path library = folder.resolve("site-packages"); // in other locations Streamlit runs in development mode
        try (Stream<Path> files = Files.walk(installed)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = installed.getParent().relativize(file);
                Path copy = library.resolve(other(name.toString()));
                Files.createDirectories(copy.getParent());
                if (name.startsWith("streamlit/static") && name.toString().matches(".*\\.(js|css|html)")) {
                    Files.writeString(copy, other(Files.readString(file)));
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return library;
    }

    private static Path installed() throws IOException {
        Path library = InstalledProgram.STREAMLIT.path().getParent().resolveSibling("lib");
        try (Stream<Path> pythons = Files.list(library)) {
            List<Path> found = pythons.map(python -> python.resolve("site-packages/streamlit"))
                    .filter(Files::isDirectory)
                    .toList();
            if (found.size() != 1) {
                throw new IOException("expected one Streamlit in " + library + ", not " + found);
            }
            return found.get(0);
        }
    }

    static String other(String text) {
        return FINGERPRINT
                .matcher(text)
                .replaceAll(found -> new StringBuilder(found.group()).reverse().toString());
    }
}
