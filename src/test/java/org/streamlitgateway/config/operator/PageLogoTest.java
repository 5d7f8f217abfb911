package org.streamlitgateway.config.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.reader.Settings;

/** The logo of the built-in pages: read at the start, small, and a picture. */
class PageLogoTest {
    @TempDir
    Path folder;

    private static String logo(Path file) throws ConfigException {
        return new Settings()
                .commandLine(Map.of("page-logo", file.toString()))
                .read()
                .pages()
                .logo();
    }

    private static void isRefused(Path file) {
        ConfigException refusal = assertThrows(ConfigException.class, () -> logo(file));
        assertEquals(1, refusal.problems().size(), refusal::getMessage);
        assertTrue(refusal.getMessage().contains("--page-logo"), refusal::getMessage);
    }

    @Test
    void svgAndPngBecomeDataUris() throws Exception {
        Path svg = Files.writeString(folder.resolve("a.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        Path png = Files.write(
                folder.resolve("a.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0});

        assertTrue(logo(svg).startsWith("data:image/svg+xml;base64,PHN2Zy"));
        assertTrue(logo(png).startsWith("data:image/png;base64,iVBORw0KGg"));
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        isRefused(folder.resolve("missing.svg"));
        isRefused(folder);
        isRefused(Files.writeString(folder.resolve("page.html"), "<html></html>"));
        isRefused(Files.writeString(folder.resolve("large.svg"), "<svg/>" + " ".repeat(70_000)));
    }
}
