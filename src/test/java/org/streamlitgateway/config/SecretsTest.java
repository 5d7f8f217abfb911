package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.reader.Settings;

/** Every secret in these tests contains {@code s3cret}. */
class SecretsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prices=wss://host:8011/ws?token=s3cret",
                "prices=wss://host:8011/ws?token=a,s3cret",
                "prices=wss://host:8011/ws?token=a,s3cret,b,mode=shared",
                "prices=wss://host:8011/ws?a=b,header.Authorization=Bearer s3cret",
                "prices=wss://host:8011/ws,header.Authorization=Bearer a,s3cret,send=true",
                "prices=wss://host:8011/ws,header.X-Key=a, s3cret",
                "prices=wss://host:8011/ws,mode=shared,header.Cookie=a=b; s3cret=c",
                "a=ws://h/;;prices=wss://host:8011/ws?q=1;;b=ws://h/?s3cret",
            })
    void effectiveConfigurationHidesSecretsOfChannels(String channel) throws ConfigException {
        Settings settings = new Settings().commandLine(Map.of("channel", channel));
        String shown = settings.effective(settings.read());

        assertFalse(shown.contains("s3cret"), shown);
        assertTrue(shown.contains("prices=wss://host:8011/ws"), shown);
    }

    @Test
    void effectiveConfigurationHidesSecretsOfApps() throws Exception {
        Files.writeString(folder.resolve("app.py"), "");
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                sticky-key: s3cret-s3cret-s3cret
                apps:
                  /a:
                    app: app.py
                    command: python3 -m streamlit --global.apiKey s3cret
                    arguments: [--server.cookieSecret=s3cret, --mapbox.token, s3cret, "--x=https://me:s3cret@host/?s3cret"]
                    environment: {DB_URL: s3cret, PASSWORD: s3cret}
                """);
        Settings settings = new Settings().file(file);
        String shown = settings.effective(settings.read());

        assertFalse(shown.contains("s3cret"), shown);
        assertTrue(shown.contains("--server.cookieSecret=(hidden)"), shown);
        assertTrue(shown.contains("DB_URL: (hidden)"), shown);
    }

    @Test
    void everySecretSettingIsHidden() throws ConfigException {
        for (Setting setting : Setting.values()) {
            if (setting.isSecret()) {
                Settings settings = new Settings().commandLine(Map.of(setting.key(), "s3cret-s3cret-s3cret"));
                assertFalse(settings.effective(settings.read()).contains("s3cret"), setting.key());
            }
        }
        assertTrue(Setting.STICKY_KEY.isSecret());
    }

    @Test
    void commandLinesHideTheValuesOfSecretFlags() {
        assertEquals(
                List.of("run", "--server.cookieSecret=(hidden)", "--client.password", "(hidden)", "--server.port=1"),
                Secrets.commandLine(
                        List.of("run", "--server.cookieSecret=a=b", "--client.password", "s3cret", "--server.port=1")));
    }

    @Test
    void appsInheritNoVariableOfTheGateway() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "STREAMLIT_GATEWAY_STICKY_KEY", "s3cret",
                "STREAMLIT_GATEWAY_CHANNEL", "s3cret",
                "streamlit_gateway_channel", "s3cret",
                "JAVA_TOOL_OPTIONS", "-Xmx1g -Dstreamlit-gateway.sticky-key=s3cret",
                "STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "5",
                "PATH", "/bin"));
        Secrets.removeFrom(environment);

        assertEquals(Map.of("PATH", "/bin", "STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "5"), environment);
    }
}
