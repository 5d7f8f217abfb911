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
 * Reads the channels of a gateway, either from text, {@code name=ws://host:port/path,option=value,…} separated by line
 * breaks or {@code ;;}, or from a mapping of names to channels in a YAML file.
 */
final class ChannelListParser {
    private static final String HEADERS = "headers";

    private ChannelListParser() {}

    /** Reads channels from text; adds to {@code problems}. */
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
                problems.add(new Problem(
                        where, "has a channel without a name; write name=ws://host:port/path[,option=value…]"));
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
                problems.add(new Problem(where + " " + name, "is the name of two channels"));
            }
            channels.add(ChannelParser.read(where, name, options, problems));
        }
        return List.copyOf(channels);
    }

    private static void add(Map<String, List<String>> options, String key, String value) {
        options.computeIfAbsent(key, k -> new ArrayList<>()).add(value.trim());
    }

    /**
     * Reads channels from a mapping. A channel is an address or a mapping of options, where several values form a list.
     *
     * @param text receives each channel in the form of the command line, for display
     */
    static List<ChannelConfig> ofMapping(YamlNode node, Consumer<String> text, List<Problem> problems) {
        List<ChannelConfig> channels = new ArrayList<>();
        node.entries().forEach((name, channel) -> {
            Map<String, List<String>> options = new LinkedHashMap<>();
            if (channel.isMapping()) {
                channel.entries().forEach((key, value) -> add(options, key, value));
            } else {
                add(options, ChannelParser.ADDRESS, channel);
            }
            text.accept(text(name, options));
            channels.add(ChannelParser.read(node.where(), name, options, problems));
        });
        return List.copyOf(channels);
    }

    private static void add(Map<String, List<String>> options, String key, YamlNode value) {
        if (key.equals(HEADERS)) {
            value.entries().forEach((header, text) -> add(options, ChannelParser.HEADER + header, text));
        } else if (key.equals(ChannelParser.GREETING)) {
            options.put(
                    key, value.items().stream().map(item -> item.value().text()).toList());
        } else {
            options.put(key, List.of(value.value(";").text()));
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

    /** Checks the apps of channels: they must exist, and must be given if there are several apps. */
    static void checkApps(String where, List<ChannelConfig> channels, List<AppConfig> served, List<Problem> problems) {
        List<String> paths = served.stream().map(app -> path(app.prefix())).toList();
        for (ChannelConfig channel : channels) {
            Set<String> apps = channel.access().apps();
            if (apps.isEmpty() && paths.size() > 1) {
                String examples = String.join(";", paths.subList(0, 2));
                problems.add(new Problem(
                        where + " " + channel.name(),
                        "does not specify which apps may use it; add apps=" + examples + ", or apps=* for all"));
            }
            apps.stream()
                    .filter(app -> !app.equals(ChannelConfig.ALL))
                    .map(ChannelListParser::path)
                    .filter(app -> !paths.contains(app))
                    .forEach(app -> problems.add(new Problem(
                            where + " " + channel.name(),
                            "apps contains " + app + ", which is not the path of an app"
                                    + NameSuggestion.among(paths, app))));
        }
    }

    private static String path(String prefix) {
        return prefix.isEmpty() ? "/" : prefix;
    }
}
