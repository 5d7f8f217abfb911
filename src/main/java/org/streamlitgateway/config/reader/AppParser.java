package org.streamlitgateway.config.reader;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.AppConfig.Upstream;
import org.streamlitgateway.config.AppSetting;
import org.streamlitgateway.config.file.YamlNode;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.config.value.ValueParser;

/** Reads the apps of a configuration file, a mapping of paths to settings. */
final class AppParser {
    private static final int MAX_PROCESSES = 64;
    private static final Set<AppSetting> LAUNCH_ONLY = Set.of(
            AppSetting.COMMAND,
            AppSetting.ARGUMENTS,
            AppSetting.PROCESSES,
            AppSetting.START,
            AppSetting.IDLE_STOP,
            AppSetting.WORKING_DIRECTORY,
            AppSetting.ENVIRONMENT,
            AppSetting.MEMORY,
            AppSetting.MAX_RESTARTS);

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final ValueParser parser;
    private final boolean metrics;

    /** @param metrics default of {@code streamlit-metrics} */
    AppParser(ValueParser parser, boolean metrics) {
        this.parser = parser;
        this.metrics = metrics;
    }

    List<AppConfig> read(YamlNode apps) {
        Map<String, AppConfig> byPrefix = new LinkedHashMap<>();
        apps.entries().forEach((path, node) -> {
            String prefix = parser.prefix(new RawValue(node.where(), path));
            if (byPrefix.putIfAbsent(prefix, app(path, prefix, node)) != null) {
                node.problem("is also the path of another app");
            }
        });
        if (byPrefix.isEmpty()) {
            apps.problem("contains no app; write PATH: with the app's settings below it");
        }
        return List.copyOf(byPrefix.values());
    }

    private AppConfig app(String path, String prefix, YamlNode node) {
        Map<AppSetting, YamlNode> settings = new EnumMap<>(AppSetting.class);
        node.entries().forEach((key, value) -> {
            AppSetting setting = AppSetting.byKey(key).orElse(null);
            if (setting == null) {
                value.problem("no such setting of an app" + NameSuggestion.among(AppSetting.keys(), key));
            } else {
                settings.put(setting, value);
            }
        });
        YamlNode script = settings.get(AppSetting.APP);
        YamlNode replicas = settings.get(AppSetting.REPLICAS);
        if (script != null && replicas != null) {
            replicas.problem("cannot be combined with app: the gateway starts the replicas of this app; see processes");
        } else if (script == null && replicas == null) {
            node.problem("has neither replicas nor app; set the address of its Streamlit or the script to start");
        }
        if (script == null) {
            settings.forEach((setting, value) -> {
                if (LAUNCH_ONLY.contains(setting)) {
                    value.problem("has no effect without app");
                }
            });
        }
        return new AppConfig(
                prefix,
                settings.containsKey(AppSetting.NAME) ? text(settings, AppSetting.NAME) : path,
                text(settings, AppSetting.DESCRIPTION),
                replicas == null || script != null ? List.of() : replicas(replicas),
                parser.strip(value(settings, AppSetting.STRIP_PREFIX)),
                script == null ? null : launch(settings, script),
                settings.containsKey(AppSetting.STREAMLIT_METRICS)
                        ? parser.yesOrNo(value(settings, AppSetting.STREAMLIT_METRICS))
                        : metrics);
    }

    private List<Upstream> replicas(YamlNode node) {
        List<Upstream> replicas = new ArrayList<>();
        for (YamlNode item : node.items()) {
            Upstream replica = item.isMapping() ? replica(item) : new Upstream(parser.address(item.value()), false);
            if (replica != null && replicas.stream().anyMatch(r -> r.address().equals(replica.address()))) {
                item.problem("is a duplicate");
            } else if (replica != null) {
                replicas.add(replica);
            }
        }
        if (replicas.isEmpty()) {
            node.problem("contains no replica; give at least one HOST:PORT");
        }
        return List.copyOf(replicas);
    }

    private Upstream replica(YamlNode node) {
        Map<String, YamlNode> entries = node.entries();
        entries.forEach((key, value) -> {
            if (!key.equals("address") && !key.equals("drain")) {
                value.problem("no such setting of a replica" + NameSuggestion.among(List.of("address", "drain"), key));
            }
        });
        YamlNode drain = entries.get("drain");
        if (!entries.containsKey("address")) {
            node.problem("has no address; give address: HOST:PORT");
            return null;
        }
        return new Upstream(
                parser.address(entries.get("address").value()), drain != null && parser.yesOrNo(drain.value()));
    }

    private Launch launch(Map<AppSetting, YamlNode> settings, YamlNode script) {
        Path folder = script.folder();
        Path file = parser.path(script.value(), folder);
        if (!Files.isRegularFile(file)) {
            parser.problem(script.value(), "does not exist or is not a file; give the path of the Streamlit script");
        }
        YamlNode directory = settings.get(AppSetting.WORKING_DIRECTORY);
        Path workingDirectory = directory == null ? file.getParent() : parser.path(directory.value(), folder);
        if (directory != null && !Files.isDirectory(workingDirectory)) {
            parser.problem(directory.value(), "is not a folder");
        }
        List<String> arguments = words(settings.get(AppSetting.ARGUMENTS));
        if (settings.containsKey(AppSetting.ARGUMENTS)) {
            parser.streamlitArguments(settings.get(AppSetting.ARGUMENTS).where(), arguments);
        }
        RawValue start = value(settings, AppSetting.START);
        if (!List.of("visit", "now").contains(start.text())) {
            parser.problem(start, "is neither visit nor now");
        }
        boolean lazy = !start.text().equals("now");
        Duration idleStop = parser.timeOrZero(value(settings, AppSetting.IDLE_STOP));
        return new Launch(
                file.toString(),
                command(settings.get(AppSetting.COMMAND), folder),
                arguments,
                parser.number(value(settings, AppSetting.PROCESSES), 1, MAX_PROCESSES),
                lazy,
                lazy ? idleStop : Duration.ZERO,
                workingDirectory,
                environment(settings.get(AppSetting.ENVIRONMENT)),
                parser.memory(value(settings, AppSetting.MEMORY)),
                parser.number(value(settings, AppSetting.MAX_RESTARTS), 0, Integer.MAX_VALUE));
    }

    /** Returns the command; the folder of a virtual environment means its streamlit. Relative paths start at the file. */
    private List<String> command(YamlNode node, Path folder) {
        List<String> words = words(node);
        if (words.isEmpty()) {
            return words;
        }
        Path program = parser.path(new RawValue(node.where(), words.get(0)), folder);
        if (Files.isDirectory(program)) {
            if (words.size() > 1) {
                node.problem("is a folder, so no arguments may follow; give a program instead");
            }
            return virtualEnvironment(node, program);
        }
        if (!words.get(0).contains(File.separator)) {
            return words;
        }
        if (!Files.isExecutable(program)) {
            node.problem("'" + words.get(0) + "' is neither a program nor the folder of a virtual environment");
        }
        List<String> resolved = new ArrayList<>(words);
        resolved.set(0, program.toString());
        return List.copyOf(resolved);
    }

    private static List<String> virtualEnvironment(YamlNode node, Path folder) {
        Path streamlit = folder.resolve("bin/streamlit");
        if (!Files.isExecutable(streamlit)) {
            node.problem("contains no bin/streamlit; install Streamlit there: " + folder.resolve("bin/pip")
                    + " install streamlit");
        }
        return List.of(streamlit.toString());
    }

    /** Returns the items of a list, or the words of a single value. */
    private static List<String> words(YamlNode node) {
        if (node == null) {
            return List.of();
        }
        if (node.isList()) {
            return node.items().stream().map(item -> item.value().text()).toList();
        }
        String text = node.value().text();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    private static Map<String, String> environment(YamlNode node) {
        Map<String, String> variables = new LinkedHashMap<>();
        if (node != null) {
            node.entries().forEach((name, value) -> {
                if (!VARIABLE.matcher(name).matches()) {
                    value.problem("is not the name of a variable: letters, digits and _, no digit first");
                } else if (value.isList()) {
                    value.problem("is not a single value");
                } else if (value.value().text().indexOf('\0') >= 0) {
                    value.problem("contains U+0000, which is not possible in a variable");
                }
                variables.put(name, value.value().text());
            });
        }
        return Map.copyOf(variables);
    }

    private static String text(Map<AppSetting, YamlNode> settings, AppSetting setting) {
        return value(settings, setting).text();
    }

    private static RawValue value(Map<AppSetting, YamlNode> settings, AppSetting setting) {
        YamlNode node = settings.get(setting);
        return node == null ? new RawValue(setting.key(), setting.defaultValue()) : node.value();
    }
}
