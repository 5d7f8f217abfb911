package org.streamlitgateway.doctor.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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

    private final List<String> values = new ArrayList<>();

    /** @param config the configuration, or {@code null} for none */
    ConfiguredSecrets(GatewayConfig config) {
        if (config == null) {
            return;
        }
        add(config.stickyKey());
        for (ChannelConfig channel : config.channels()) {
            channel.upstream().headers().values().forEach(this::add);
            channel.upstream().greeting().forEach(this::add);
            add(channel.upstream().address().getRawQuery());
            add(channel.upstream().address().getRawUserInfo());
        }
        for (AppConfig app : config.apps()) {
            if (app.launch() != null) {
                Map<String, String> environment = app.launch().environment();
                environment.values().forEach(this::add);
                hidden(app.launch().arguments());
                hidden(app.launch().command());
            }
        }
        values.sort(Comparator.comparing(String::length).reversed());
    }

    private void add(String value) {
        if (value != null && value.length() >= MIN_CHARACTERS) {
            values.add(value);
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
