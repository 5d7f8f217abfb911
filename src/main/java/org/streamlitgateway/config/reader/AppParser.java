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

/** Reads the apps of a configuration file: a mapping of their paths to their settings. */
final class AppParser {
    private static final int MOST_PROCESSES = 64;
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

    private final ValueParser rules;
    private final boolean metrics;

    /** @param metrics whether Streamlit's metrics are reached where an app does not say */
    AppParser(ValueParser rules, boolean metrics) {
        this.rules = rules;
        this.metrics = metrics;
    }

    List<AppConfig> read(YamlNode apps) {
        Map<String, AppConfig> byPrefix = new LinkedHashMap<>();
        apps.entries().forEach((path, place) -> {
            String prefix = rules.prefix(new RawValue(place.where(), path));
            if (byPrefix.putIfAbsent(prefix, app(path, prefix, place)) != null) {
                place.problem("is the path of another app, too");
            }
        });
        if (byPrefix.isEmpty()) {
            apps.problem("names no app; give PATH: with the app's settings below it");
        }
        return List.copyOf(byPrefix.values());
    }

    private AppConfig app(String path, String prefix, YamlNode place) {
        Map<AppSetting, YamlNode> given = new EnumMap<>(AppSetting.class);
        place.entries().forEach((key, value) -> {
            AppSetting setting = AppSetting.byKey(key).orElse(null);
            if (setting == null) {
                value.problem("no such setting of an app" + NameSuggestion.among(AppSetting.keys(), key));
            } else {
                given.put(setting, value);
            }
        });
        YamlNode script = given.get(AppSetting.APP);
        YamlNode replicas = given.get(AppSetting.REPLICAS);
        if (script != null && replicas != null) {
            replicas.problem("has no use with app: the gateway starts the replicas of this app; see processes");
        } else if (script == null && replicas == null) {
            place.problem("has neither replicas nor app; say where its Streamlit listens or which script to start");
        }
        if (script == null) {
            given.forEach((setting, value) -> {
                if (LAUNCH_ONLY.contains(setting)) {
                    value.problem("has no use without app");
                }
            });
        }
        return new AppConfig(
                prefix,
                given.containsKey(AppSetting.NAME) ? text(given, AppSetting.NAME) : path,
                text(given, AppSetting.DESCRIPTION),
                replicas == null || script != null ? List.of() : replicas(replicas),
                rules.strip(value(given, AppSetting.STRIP_PREFIX)),
                script == null ? null : launch(given, script),
                given.containsKey(AppSetting.STREAMLIT_METRICS)
                        ? rules.yesOrNo(value(given, AppSetting.STREAMLIT_METRICS))
                        : metrics);
    }

    private List<Upstream> replicas(YamlNode place) {
        List<Upstream> replicas = new ArrayList<>();
        for (YamlNode item : place.items()) {
            Upstream replica = item.isMapping() ? detailed(item) : new Upstream(rules.address(item.given()), false);
            if (replica != null && replicas.stream().anyMatch(r -> r.address().equals(replica.address()))) {
                item.problem("stands twice");
            } else if (replica != null) {
                replicas.add(replica);
            }
        }
        if (replicas.isEmpty()) {
            place.problem("names no replica; give at least one HOST:PORT");
        }
        return List.copyOf(replicas);
    }

    private Upstream detailed(YamlNode place) {
        Map<String, YamlNode> entries = place.entries();
        entries.forEach((key, value) -> {
            if (!key.equals("address") && !key.equals("drain")) {
                value.problem("no such setting of a replica" + NameSuggestion.among(List.of("address", "drain"), key));
            }
        });
        YamlNode drain = entries.get("drain");
        if (!entries.containsKey("address")) {
            place.problem("has no address; give address: HOST:PORT");
            return null;
        }
        return new Upstream(
                rules.address(entries.get("address").given()), drain != null && rules.yesOrNo(drain.given()));
    }

    private Launch launch(Map<AppSetting, YamlNode> given, YamlNode script) {
        Path folder = script.folder();
        Path file = rules.path(script.given(), folder);
        if (!Files.isRegularFile(file)) {
            rules.problem(script.given(), "is not a file; give the path of the Streamlit script");
        }
        YamlNode directory = given.get(AppSetting.WORKING_DIRECTORY);
        Path runsIn = directory == null ? file.getParent() : rules.path(directory.given(), folder);
        if (directory != null && !Files.isDirectory(runsIn)) {
            rules.problem(directory.given(), "is not a folder");
        }
        List<String> arguments = words(given.get(AppSetting.ARGUMENTS));
        if (given.containsKey(AppSetting.ARGUMENTS)) {
            rules.streamlitArguments(given.get(AppSetting.ARGUMENTS).where(), arguments);
        }
        RawValue start = value(given, AppSetting.START);
        if (!List.of("visit", "now").contains(start.text())) {
            rules.problem(start, "is neither visit nor now");
        }
        boolean lazy = !start.text().equals("now");
        Duration idleStop = rules.timeOrNone(value(given, AppSetting.IDLE_STOP));
        return new Launch(
                file.toString(),
                command(given.get(AppSetting.COMMAND), folder),
                arguments,
                rules.number(value(given, AppSetting.PROCESSES), 1, MOST_PROCESSES),
                lazy,
                lazy ? idleStop : Duration.ZERO,
                runsIn,
                environment(given.get(AppSetting.ENVIRONMENT)),
                rules.memory(value(given, AppSetting.MEMORY)),
                rules.number(value(given, AppSetting.MAX_RESTARTS), 0, Integer.MAX_VALUE));
    }

    /** A virtual environment may be named by its folder; a program with a slash is looked for from the file's folder. */
    private List<String> command(YamlNode place, Path folder) {
        List<String> words = words(place);
        if (words.isEmpty()) {
            return words;
        }
        Path named = rules.path(new RawValue(place.where(), words.get(0)), folder);
        if (Files.isDirectory(named)) {
            if (words.size() > 1) {
                place.problem("names a folder, so it must be alone; give a program to add words");
            }
            return venv(place, named);
        }
        if (!words.get(0).contains(File.separator)) {
            return words;
        }
        if (!Files.isExecutable(named)) {
            place.problem("'" + words.get(0) + "' is neither a program nor the folder of a virtual environment");
        }
        List<String> resolved = new ArrayList<>(words);
        resolved.set(0, named.toString());
        return List.copyOf(resolved);
    }

    private static List<String> venv(YamlNode place, Path folder) {
        Path streamlit = folder.resolve("bin/streamlit");
        if (!Files.isExecutable(streamlit)) {
            place.problem("has no bin/streamlit in it; install Streamlit there: " + folder.resolve("bin/pip")
                    + " install streamlit");
        }
        return List.of(streamlit.toString());
    }

    /** Each item of a list is a word; a single value is split at its spaces. */
    private static List<String> words(YamlNode place) {
        if (place == null) {
            return List.of();
        }
        if (place.isList()) {
            return place.items().stream().map(item -> item.given().text()).toList();
        }
        String text = place.given().text();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    private static Map<String, String> environment(YamlNode place) {
        Map<String, String> variables = new LinkedHashMap<>();
        if (place != null) {
            place.entries().forEach((name, value) -> {
                if (!VARIABLE.matcher(name).matches()) {
                    value.problem("is not the name of a variable: letters, digits and _, no digit first");
                } else if (value.isList()) {
                    value.problem("is not a single value");
                } else if (value.given().text().indexOf('\0') >= 0) {
                    value.problem("holds U+0000, which no variable can");
                }
                variables.put(name, value.given().text());
            });
        }
        return Map.copyOf(variables);
    }

    private static String text(Map<AppSetting, YamlNode> given, AppSetting setting) {
        return value(given, setting).text();
    }

    private static RawValue value(Map<AppSetting, YamlNode> given, AppSetting setting) {
        YamlNode place = given.get(setting);
        return place == null ? new RawValue(setting.key(), setting.defaultValue()) : place.given();
    }
}
