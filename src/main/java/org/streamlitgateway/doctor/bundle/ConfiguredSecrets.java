package org.streamlitgateway.doctor.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.Secrets;

/**
 * The secret values of a configuration, to be removed from texts that should not contain them but that others wrote, such as
 * a log.
 */
final class ConfiguredSecrets {
    /** Shorter values would also be found in harmless words. */
    private static final int MIN_CHARACTERS = 6;

    private static final Pattern SEPARATORS = Pattern.compile("[&=,;\\s]+");

    private final List<String> values = new ArrayList<>();

    /**
     * Collects the secrets.
     *
     * @param settings values of secret settings
     * @param config the configuration, or {@code null} for none
     */
    ConfiguredSecrets(List<String> settings, GatewayConfig config) {
        settings.forEach(this::add);
        if (config != null) {
            addChannels(config);
            addApps(config);
        }
        values.sort(Comparator.comparing(String::length).reversed());
    }

    private void addChannels(GatewayConfig config) {
        for (ChannelConfig channel : config.channels()) {
            channel.upstream().headers().values().forEach(this::add);
            channel.upstream().greeting().forEach(this::add);
            add(channel.upstream().address().getRawQuery());
            add(channel.upstream().address().getRawUserInfo());
        }
    }

    private void addApps(GatewayConfig config) {
        for (AppConfig app : config.apps()) {
            if (app.launch() != null) {
                Map<String, String> environment = app.launch().environment();
                environment.values().forEach(this::add);
                hidden(app.launch().arguments());
                hidden(app.launch().command());
            }
        }
    }

    /** Adds a value, and its parts: of a query or of an Authorization header, one part alone is the secret. */
    private void add(String value) {
        if (value == null) {
            return;
        }
        for (String part : SEPARATORS.split(value)) {
            addPart(part);
        }
        addPart(value);
    }

    private void addPart(String part) {
        if (part.length() >= MIN_CHARACTERS) {
            values.add(part);
        }
    }

    /** Adds the words of a command line that must not be shown. */
    private void hidden(List<String> words) {
        List<String> shown = Secrets.commandLine(words);
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).equals(shown.get(i))) {
                add(words.get(i).substring(words.get(i).indexOf('=') + 1));
            }
        }
    }

    String removedFrom(String text) {
        String bare = text;
        for (String value : values) {
            bare = bare.replace(value, Secrets.HIDDEN);
        }
        return bare;
    }
}
