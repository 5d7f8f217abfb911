package org.streamlitgateway.config.reader;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.file.ConfigText;
import org.streamlitgateway.config.file.YamlNode;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.config.value.ValueParser;
import org.streamlitgateway.tls.PemKeyPair;
import org.streamlitgateway.tls.UnusablePemException;

/**
 * Reads the settings from sources, each of which may name some; the one added first wins. The order everywhere is:
 * command line, servlet context parameters, system properties, environment variables, file, default. What is nearest
 * to one deployment beats what holds for the whole machine, so that two WARs in one container can differ.
 */
public final class Settings {
    /** Of a gateway with one app that no file names. */
    private static final Set<Setting> ONE_APP = Set.of(
            Setting.STREAMLIT_HOST,
            Setting.STREAMLIT_PORT,
            Setting.CONTEXT_PATH,
            Setting.APP,
            Setting.STREAMLIT_COMMAND,
            Setting.STRIP_PREFIX);

    private static final String APPS = "apps";

    /** Of what is counted. */
    private static final int MOST = 10_000_000;

    private static final int SUPERVISED_RESTARTS = Integer.MAX_VALUE;

    private record Source(Function<Setting, String> label, Function<Setting, String> value) {}

    private final List<Source> sources = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final ValueParser rules = new ValueParser(problems);
    private List<String> streamlitArguments = List.of();
    private Map<String, String> commandLine = Map.of();
    private YamlNode apps;
    /** Channels that a YAML file has as a mapping; what is wrong with them counts unless a nearer source has others. */
    private List<ChannelConfig> mappedChannels = List.of();

    private RawValue mappedChannelsGiven;
    private final List<Problem> mappedChannelProblems = new ArrayList<>();

    /** Values by option name, as given on the command line or by the builder. */
    public Settings commandLine(Map<String, String> values) {
        commandLine = values;
        sources.add(new Source(s -> "--" + s.key(), s -> values.get(s.key())));
        return this;
    }

    /** {@code lookup} is {@code ServletContext::getInitParameter}. */
    public Settings contextParameters(Function<String, String> lookup) {
        sources.add(new Source(s -> "context parameter " + s.key(), s -> lookup.apply(s.key())));
        return this;
    }

    /** An empty property counts as unset, as jetty-base leaves those that its ini files do not name. */
    public Settings systemProperties(Function<String, String> lookup) {
        sources.add(new Source(s -> "-D" + s.systemProperty(), s -> unlessEmpty(lookup.apply(s.systemProperty()))));
        return this;
    }

    /** An empty variable counts as unset, as Compose files leave them so. */
    public Settings environment(Map<String, String> environment) {
        sources.add(new Source(
                s -> "$" + s.environmentVariable(), s -> unlessEmpty(environment.get(s.environmentVariable()))));
        return this;
    }

    private static String unlessEmpty(String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * A file with the option names as keys; a name that does not exist is a problem. YAML when its name ends in
     * {@code .yaml} or {@code .yml}, which may name apps too; else properties.
     */
    public Settings file(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml") ? yaml(file) : properties(file);
    }

    private Settings yaml(Path file) {
        Map<Setting, RawValue> given = new EnumMap<>(Setting.class);
        List<String> names = new ArrayList<>(List.of(APPS));
        Arrays.stream(Setting.values()).map(Setting::key).forEach(names::add);
        Map<String, YamlNode> entries =
                YamlNode.read(file, problems).map(YamlNode::entries).orElse(Map.of());
        apps = entries.get(APPS);
        entries.forEach((key, place) -> {
            Optional<Setting> setting = Setting.byKey(key);
            if (setting.isEmpty() && place != apps) {
                place.problem("no such setting" + NameSuggestion.among(names, key));
            } else if (apps != null && setting.filter(ONE_APP::contains).isPresent()) {
                place.problem("is for a gateway with one app; it belongs under apps: and the app's path");
            } else if (setting.isPresent() && setting.get() == Setting.CHANNEL && place.isMapping()) {
                given.put(Setting.CHANNEL, channelMapping(place));
            } else if (setting.isPresent()) {
                given.put(setting.get(), place.given(setting.get() == Setting.CHANNEL ? "\n" : ","));
            }
        });
        sources.add(new Source(
                s -> given.get(s).where(),
                s -> given.containsKey(s) ? given.get(s).text() : null));
        return this;
    }

    private RawValue channelMapping(YamlNode place) {
        List<String> text = new ArrayList<>();
        mappedChannels = ChannelListParser.ofMapping(place, text::add, mappedChannelProblems);
        mappedChannelsGiven = new RawValue(place.where(), String.join("\n", text));
        return mappedChannelsGiven;
    }

    private Settings properties(Path file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(ConfigText.read(file)));
        } catch (ConfigText.UnusableException unusable) {
            problems.add(unusable.in(file));
            return this;
        } catch (IOException | IllegalArgumentException malformed) {
            problems.add(new Problem(file.toString(), "cannot be read: " + malformed.getMessage()));
            return this;
        }
        for (String key : properties.stringPropertyNames()) {
            if (Setting.byKey(key).isEmpty()) {
                problems.add(new Problem(file + ": " + key, "no such setting" + suggestion(key)));
            }
        }
        sources.add(new Source(s -> file + ": " + s.key(), s -> properties.getProperty(s.key())));
        return this;
    }

    /** What stood after {@code --} on the command line. */
    public Settings streamlitArguments(List<String> arguments) {
        this.streamlitArguments = List.copyOf(arguments);
        return this;
    }

    /** The name that was probably meant, as ", did you mean …?"; empty when none is near. */
    public static String suggestion(String key) {
        List<String> names = Arrays.stream(Setting.values()).map(Setting::key).toList();
        return NameSuggestion.among(names, key.replaceFirst("^-++", ""));
    }

    /**
     * Reads and validates all settings.
     *
     * @throws ConfigException naming everything that is wrong
     */
    public GatewayConfig read() throws ConfigException {
        HostPort listen = new HostPort(rules.host(given(Setting.PROXY_HOST)), rules.port(given(Setting.PROXY_PORT), 0));
        List<AppConfig> served = apps == null ? List.of(oneApp()) : namedApps();
        GatewayConfig.Timeouts timeouts = new GatewayConfig.Timeouts(
                rules.time(given(Setting.CONNECT_TIMEOUT)),
                rules.time(given(Setting.UPSTREAM_TIMEOUT)),
                rules.time(given(Setting.CLIENT_TIMEOUT)),
                rules.time(given(Setting.HANDSHAKE_TIMEOUT)),
                rules.time(given(Setting.PING_INTERVAL)),
                rules.time(given(Setting.PONG_TIMEOUT)),
                rules.time(given(Setting.STALL_TIMEOUT)),
                rules.timeOrNone(given(Setting.DRAIN_DELAY)),
                rules.time(given(Setting.STOP_TIMEOUT)),
                rules.timeOrNone(given(Setting.CLOSE_SPREAD)),
                rules.time(given(Setting.DRAIN_TIMEOUT)));
        GatewayConfig.Limits limits = new GatewayConfig.Limits(
                rules.time(given(Setting.HEAD_TIMEOUT)),
                rules.rate(given(Setting.MIN_BODY_RATE)),
                rules.number(given(Setting.MAX_CONNECTIONS), 0, MOST),
                rules.number(given(Setting.MAX_CONNECTIONS_PER_ADDRESS), 0, MOST),
                rules.number(given(Setting.MAX_UPLOADS_PER_CLIENT), 0, MOST),
                rules.number(given(Setting.MAX_SESSIONS_PER_CLIENT), 0, MOST));
        GatewayConfig.Health health = new GatewayConfig.Health(
                rules.time(given(Setting.HEALTH_INTERVAL)),
                rules.time(given(Setting.HEALTH_TIMEOUT)),
                rules.number(given(Setting.HEALTH_RISE), 1, 100),
                rules.number(given(Setting.HEALTH_FALL), 1, 100));
        GatewayConfig config = new GatewayConfig(
                listen,
                tls(),
                served,
                apps != null,
                rules.trustedProxies(given(Setting.TRUSTED_PROXIES)),
                rules.allowedOrigins(given(Setting.ALLOWED_ORIGINS)),
                new GatewayConfig.Exposure(
                        rules.allowedHosts(given(Setting.ALLOWED_HOSTS)),
                        rules.embedOrigins(given(Setting.EMBED_ORIGINS)),
                        rules.securityHeaders(given(Setting.SECURITY_HEADERS)),
                        rules.headerNames(given(Setting.IDENTITY_HEADERS)),
                        rules.headerNames(given(Setting.IDENTITY_HEADER_EXCEPTIONS))),
                rules.userHeader(given(Setting.USER_HEADER)),
                rules.relay(given(Setting.RELAY)),
                timeouts,
                limits,
                health,
                rules.secret(given(Setting.STICKY_KEY)),
                rules.stateFolder(given(Setting.STATE_FOLDER)),
                rules.assetCache(given(Setting.ASSET_CACHE)),
                rules.logLevel(given(Setting.LOG_LEVEL)),
                channels(served),
                rules.size(given(Setting.MAX_MESSAGE_SIZE), 1 << 10));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /**
     * All that holds, as a configuration file that says the same, with the source of each value; secrets are hidden.
     * After {@link #read} only.
     */
    public String effective(GatewayConfig config) {
        ConfigPrinter text = new ConfigPrinter();
        for (Setting setting : Setting.values()) {
            if (apps == null || !ONE_APP.contains(setting)) {
                RawValue given = given(setting);
                boolean isDefault =
                        sources.stream().allMatch(source -> source.value().apply(setting) == null);
                text.setting(setting, given.text(), isDefault ? "default" : given.where());
            }
        }
        return apps == null ? text.toString() : text.apps(config.apps()).toString();
    }

    private AppConfig oneApp() {
        HostPort upstream =
                new HostPort(rules.host(given(Setting.STREAMLIT_HOST)), rules.port(given(Setting.STREAMLIT_PORT), 1));
        AppConfig.Launch launch = launch();
        return new AppConfig(
                rules.prefix(given(Setting.CONTEXT_PATH)),
                "Streamlit",
                "",
                launch == null ? List.of(new AppConfig.Upstream(upstream, false)) : List.of(),
                rules.strip(given(Setting.STRIP_PREFIX)),
                launch,
                rules.yesOrNo(given(Setting.STREAMLIT_METRICS)));
    }

    private List<AppConfig> namedApps() {
        for (Setting setting : ONE_APP) {
            if (commandLine.containsKey(setting.key())) {
                problems.add(new Problem("--" + setting.key(), "has no use with " + apps.where() + "; set it there"));
            }
        }
        if (!streamlitArguments.isEmpty()) {
            problems.add(new Problem("--", "arguments for Streamlit belong to an app in " + apps.where()));
        }
        return new AppParser(rules, rules.yesOrNo(given(Setting.STREAMLIT_METRICS))).read(apps);
    }

    private RawValue given(Setting setting) {
        for (Source source : sources) {
            String value = source.value().apply(setting);
            if (value != null) {
                return new RawValue(source.label().apply(setting), value.trim());
            }
        }
        return new RawValue("--" + setting.key(), setting.defaultValue());
    }

    private AppConfig.Launch launch() {
        RawValue app = given(Setting.APP);
        RawValue command = given(Setting.STREAMLIT_COMMAND);
        if (app.text().isEmpty()) {
            if (!command.text().isEmpty()) {
                rules.problem(command, "has no use without --app; name the script to run with --app");
            }
            if (!streamlitArguments.isEmpty()) {
                problems.add(new Problem("--", "arguments for Streamlit have no use without --app"));
            }
            return null;
        }
        rules.streamlitArguments("--", streamlitArguments);
        if (!Files.isRegularFile(rules.path(app, Path.of("")))) {
            rules.problem(app, "is not a file; give the path of the Streamlit script");
        }
        List<String> words =
                command.text().isEmpty() ? List.of() : List.of(command.text().split("\\s+"));
        return new AppConfig.Launch(
                app.text(), words, streamlitArguments, 1, false, Duration.ZERO, null, Map.of(), 0, SUPERVISED_RESTARTS);
    }

    private List<ChannelConfig> channels(List<AppConfig> served) {
        RawValue given = given(Setting.CHANNEL);
        List<ChannelConfig> channels;
        if (mappedChannelsGiven != null && mappedChannelsGiven.where().equals(given.where())) {
            problems.addAll(mappedChannelProblems);
            channels = mappedChannels;
        } else {
            channels = ChannelListParser.ofText(given.where(), given.text(), problems);
        }
        ChannelListParser.checkApps(given.where(), channels, served, problems);
        return channels;
    }

    private GatewayConfig.Tls tls() {
        RawValue certificate = given(Setting.TLS_CERTIFICATE);
        RawValue key = given(Setting.TLS_KEY);
        if (certificate.text().isEmpty() && key.text().isEmpty()) {
            return null;
        }
        if (certificate.text().isEmpty() || key.text().isEmpty()) {
            Setting missing = key.text().isEmpty() ? Setting.TLS_KEY : Setting.TLS_CERTIFICATE;
            rules.problem(key.text().isEmpty() ? certificate : key, "needs --" + missing.key() + " beside it");
            return null;
        }
        Path here = Path.of("");
        GatewayConfig.Tls tls = new GatewayConfig.Tls(rules.path(certificate, here), rules.path(key, here));
        try {
            PemKeyPair.read(tls);
        } catch (UnusablePemException unusable) {
            rules.problem(unusable.file().equals(tls.certificate()) ? certificate : key, unusable.getMessage());
        }
        return tls;
    }
}
