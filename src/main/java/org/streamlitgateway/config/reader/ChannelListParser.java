package org.streamlitgateway.config.reader;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.file.YamlNode;

/**
 * Reads all channels of a gateway: from text, {@code name=ws://host:port/path,option=value,…}, several of them on lines
 * of their own or with {@code ;;} between; or from a mapping in a YAML file, name by name.
 */
final class ChannelListParser {

    private static final String HEADERS = "headers";

    private ChannelListParser() {}

    /** What is wrong is added to {@code problems}. */
    static List<ChannelConfig> ofText(String where, String text, List<Problem> problems) {
        List<ChannelConfig> channels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String entry : text.split("\n|;;")) {
            if (entry.isBlank()) {
                continue;
            }
            String[] parts = ChannelConfig.parts(entry);
            int equals = parts[0].indexOf('=');
            if (equals < 1) {
                problems.add(new Problem(where, "a channel is written name=ws://host:port/path[,option=value…]"));
                continue;
            }
            String name = parts[0].substring(0, equals).trim();
            Map<String, List<String>> options = new LinkedHashMap<>();
            add(options, ChannelParser.ADDRESS, parts[0].substring(equals + 1));
            for (int i = 1; i < parts.length; i++) {
                int split = parts[i].indexOf('=');
                add(options, parts[i].substring(0, split).trim(), parts[i].substring(split + 1));
            }
            if (!names.add(name)) {
                problems.add(new Problem(where + " " + name, "there are two channels of this name"));
            }
            channels.add(ChannelParser.read(where, name, options, problems));
        }
        return List.copyOf(channels);
    }

    private static void add(Map<String, List<String>> options, String key, String value) {
        options.computeIfAbsent(key, k -> new ArrayList<>()).add(value.trim());
    }

    /**
     * A channel is an address, or a mapping of options in which several values stand as a list.
     *
     * @param text is given each channel as it would be written on the command line, for people to read
     */
    static List<ChannelConfig> ofMapping(YamlNode place, Consumer<String> text, List<Problem> problems) {
        List<ChannelConfig> channels = new ArrayList<>();
        place.entries().forEach((name, channel) -> {
            Map<String, List<String>> options = new LinkedHashMap<>();
            if (channel.isMapping()) {
                channel.entries().forEach((key, value) -> add(options, key, value));
            } else {
                add(options, ChannelParser.ADDRESS, channel);
            }
            text.accept(text(name, options));
            channels.add(ChannelParser.read(place.where(), name, options, problems));
        });
        return List.copyOf(channels);
    }

    private static void add(Map<String, List<String>> options, String key, YamlNode value) {
        if (key.equals(HEADERS)) {
            value.entries().forEach((header, text) -> add(options, ChannelParser.HEADER + header, text));
        } else if (key.equals(ChannelParser.GREETING)) {
            options.put(
                    key, value.items().stream().map(item -> item.given().text()).toList());
        } else {
            options.put(key, List.of(value.given(";").text()));
        }
    }

    private static String text(String name, Map<String, List<String>> options) {
        StringBuilder text = new StringBuilder(name).append('=');
        options.getOrDefault(ChannelParser.ADDRESS, List.of()).forEach(text::append);
        options.forEach((key, values) -> {
            if (!key.equals(ChannelParser.ADDRESS)) {
                values.forEach(value -> text.append(',').append(key).append('=').append(value));
            }
        });
        return text.toString();
    }

    /** Whose pages may use a channel: those of the only app, else it must be said. */
    static void checkApps(String where, List<ChannelConfig> channels, List<AppConfig> served, List<Problem> problems) {
        List<String> paths = served.stream().map(app -> shown(app.prefix())).toList();
        for (ChannelConfig channel : channels) {
            Set<String> apps = channel.access().apps();
            if (apps.isEmpty() && paths.size() > 1) {
                String some = String.join(";", paths.subList(0, 2));
                problems.add(new Problem(
                        where + " " + channel.name(),
                        "does not say which apps may use it; give apps=" + some + ", or apps=* for all of them"));
            }
            apps.stream()
                    .filter(app -> !app.equals(ChannelConfig.ALL))
                    .map(ChannelListParser::shown)
                    .filter(app -> !paths.contains(app))
                    .forEach(app -> problems.add(new Problem(
                            where + " " + channel.name(),
                            "apps names " + app + ", where there is no app" + NameSuggestion.among(paths, app))));
        }
    }

    private static String shown(String prefix) {
        return prefix.isEmpty() ? "/" : prefix;
    }
}
