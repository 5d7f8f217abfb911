package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Generates the reference of the settings; {@code -Dsettings.write=true} writes the file. */
class SettingsReferenceTest {
    private static final Path REFERENCE = Path.of("src/docs/settings.md");

    @Test
    void referenceMatchesTheCode() throws IOException {
        String reference = reference();
        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(REFERENCE, reference);
        }
        assertEquals(reference, Files.readString(REFERENCE), "run this test with -Dsettings.write=true");
    }

    @Test
    void namesAndDefaultsOfAppSettingsArePinned() {
        String all = Arrays.stream(AppSetting.values())
                .map(s -> s.key() + "=" + s.defaultValue())
                .collect(Collectors.joining("\n"));
        assertEquals("""
                name=the path
                description=
                replicas=
                strip-prefix=auto
                streamlit-metrics=the gateway's
                app=
                command=
                arguments=
                processes=1
                start=visit
                idle-stop=30m
                working-directory=
                environment=
                memory=
                max-restarts=5""", all);
    }

    private static String reference() {
        StringBuilder text = new StringBuilder("""
                # Settings

                Generated from the code by `SettingsReferenceTest`; do not edit.

                ## The gateway

                Each setting can be given as a command-line option (`--proxy-port`), a servlet context parameter
                (`proxy-port`), a system property (`streamlit-gateway.proxy-port`), an environment variable, or a key in a
                configuration file (`proxy-port:`).

                | setting | default | variable | meaning |
                |---|---|---|---|
                """);
        for (Setting s : Setting.values()) {
            text.append(row(s, "`" + s.environmentVariable() + "` | "));
        }
        text.append("""

                ## An app

                These settings can only be given in a configuration file, under `apps:` and the app's path.

                | setting | default | meaning |
                |---|---|---|
                """);
        for (AppSetting s : AppSetting.values()) {
            text.append(row(s, ""));
        }
        return text.toString();
    }

    private static String row(SettingInfo setting, String variable) {
        String defaultText = setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.key() + "` " + escaped(setting.form()) + " | " + defaultText + " | " + variable
                + escaped(setting.help()) + " |\n";
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
