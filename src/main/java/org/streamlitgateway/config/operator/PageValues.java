package org.streamlitgateway.config.operator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import org.streamlitgateway.config.GatewayConfig.Pages;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.config.value.ValueParser;

/** Parses the settings for the look of the built-in pages. */
public final class PageValues {
    /** Every built-in page contains the logo. */
    private static final int MAX_LOGO_BYTES = 64 << 10;

    private static final int MAX_TITLE_CHARACTERS = 100;
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private PageValues() {}

    /** Parses all of them; reports problems to the parser. */
    public static Pages read(ValueParser parser, Function<Setting, RawValue> values) {
        RawValue title = values.apply(Setting.PAGE_TITLE);
        if (title.text().length() > MAX_TITLE_CHARACTERS) {
            parser.problem(title, "has more than " + MAX_TITLE_CHARACTERS + " characters");
        }
        return new Pages(title.text(), logo(parser, values.apply(Setting.PAGE_LOGO)));
    }

    private static String logo(ValueParser parser, RawValue value) {
        if (value.text().isEmpty()) {
            return "";
        }
        Path file = parser.path(value, Path.of(""));
        if (!Files.isRegularFile(file)) {
            parser.problem(value, "does not exist or is not a file; give the path of an SVG or PNG file");
            return "";
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_LOGO_BYTES + 1);
        } catch (IOException e) {
            parser.problem(value, "cannot be read: " + e.getMessage());
            return "";
        }
        boolean png = bytes.length > PNG.length && Arrays.equals(Arrays.copyOf(bytes, PNG.length), PNG);
        boolean svg = !png && new String(bytes, StandardCharsets.UTF_8).contains("<svg");
        if (bytes.length > MAX_LOGO_BYTES || !png && !svg) {
            parser.problem(value, "is not an SVG or PNG file of at most " + (MAX_LOGO_BYTES >> 10) + "K");
            return "";
        }
        String type = png ? "image/png" : "image/svg+xml";
        return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }
}
