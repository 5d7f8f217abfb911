package org.streamlitgateway.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.outcome.Printable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The gateway's options on a command line: all settings and the configuration file. */
public final class GatewayOptions {
    private static final String FILE_OPTION = "--config";
    private static final String FILE_VARIABLE = "STREAMLIT_GATEWAY_CONFIG_FILE";

    private GatewayOptions() {}

    /**
     * Adds the options to a command line.
     *
     * @param shown whether {@code --help} lists each setting
     */
    public static void addTo(CommandSpec spec, boolean shown) {
        for (Setting setting : Setting.values()) {
            spec.addOption(OptionSpec.builder("--" + setting.key())
                    .paramLabel(setting.form())
                    .type(setting == Setting.CHANNEL ? List.class : String.class)
                    .description(setting.help(), description(setting))
                    .hidden(!shown)
                    .build());
        }
        spec.addOption(OptionSpec.builder(FILE_OPTION)
                .paramLabel("FILE")
                .type(String.class)
                .description(
                        "Configuration file with these names, YAML (for several apps) or properties. Reloaded when it"
                                + " changes, or on SIGHUP.",
                        "Variable: " + FILE_VARIABLE)
                .hidden(!shown)
                .build());
    }

    private static String description(Setting setting) {
        String defaultText = setting.defaultValue().isEmpty() ? "" : "Default: " + setting.defaultValue() + ". ";
        return defaultText + "Variable: " + setting.environmentVariable();
    }

    /**
     * Returns settings that read the command line, system properties, environment variables and the file, to be read
     * once.
     *
     * @param streamlitArguments arguments for Streamlit
     * @throws ConfigException if the file's name is not a path
     */
    public static Settings settings(ParseResult parsed, List<String> streamlitArguments) throws ConfigException {
        Settings settings = new Settings()
                .commandLine(values(parsed))
                .systemProperties(System::getProperty)
                .environment(System.getenv())
                .streamlitArguments(streamlitArguments);
        Path file = file(parsed);
        return file == null ? settings : settings.file(file);
    }

    /** Returns the configuration file named by the option or else the variable; {@code null} without both. */
    public static Path file(ParseResult parsed) throws ConfigException {
        String named = parsed.matchedOptionValue(FILE_OPTION, System.getenv(FILE_VARIABLE));
        try {
            return named == null || named.isBlank() ? null : Path.of(named);
        } catch (InvalidPathException e) {
            throw new ConfigException(List.of(new Problem(FILE_OPTION, "is not a path: " + e.getReason())));
        }
    }

    /** Returns whether the command line or the environment names a file or a setting. */
    public static boolean areGiven(ParseResult parsed) {
        return parsed.hasMatchedOption(FILE_OPTION)
                || System.getenv(FILE_VARIABLE) != null
                || !values(parsed).isEmpty()
                || List.of(Setting.values()).stream()
                        .anyMatch(setting -> System.getenv(setting.environmentVariable()) != null);
    }

    private static Map<String, String> values(ParseResult parsed) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption("--" + setting.key())) {
                String name = "--" + setting.key();
                values.put(
                        setting.key(),
                        setting == Setting.CHANNEL
                                ? String.join("\n", parsed.matchedOptionValue(name, List.<String>of()))
                                : parsed.matchedOptionValue(name, ""));
            }
        }
        return values;
    }

    /** Returns what is wrong with a command line, in one line without secrets. */
    public static String explain(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            String name = word.indexOf('=') < 0 ? word : word.substring(0, word.indexOf('='));
            return word.startsWith("-") // the value is not shown: it may be a secret
                    ? "unknown option " + Printable.of(name) + Settings.suggestion(name)
                    : "unexpected argument " + Printable.of(Secrets.text(word)) + suggestion(word);
        }
        return Printable.of(e.getMessage().lines().findFirst().orElse("wrong usage"));
    }

    private static String suggestion(String word) {
        return word.endsWith(".py") ? ", did you mean --app " + Printable.of(word) + "?" : Settings.suggestion(word);
    }
}
