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
import org.streamlitgateway.config.operator.OperatorValues;
import org.streamlitgateway.config.operator.PageValues;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.config.value.ValueParser;
import org.streamlitgateway.tls.PemKeyPair;
import org.streamlitgateway.tls.UnusablePemException;

/**
 * Reads the settings from several sources; a source added earlier takes precedence. The order of precedence is always:
 * command line, servlet context parameters, system properties, environment variables, file, default. Settings of one
 * deployment precede those of the whole machine, so that two WARs in one container can differ.
 */
public final class Settings {
    /** Settings of the only app of a gateway without {@code apps:}. */
    private static final Set<Setting> SINGLE_APP = Set.of(
            Setting.STREAMLIT_HOST,
            Setting.STREAMLIT_PORT,
            Setting.CONTEXT_PATH,
            Setting.APP,
            Setting.STREAMLIT_COMMAND,
            Setting.STRIP_PREFIX);

    private static final String APPS = "apps";

    /** Maximum of settings that are counts. */
    private static final int MAX_COUNT = 10_000_000;

    /** The process of a gateway with a single app is restarted without limit. */
    private static final int SUPERVISED_RESTARTS = Integer.MAX_VALUE;

    private record Source(Function<Setting, String> label, Function<Setting, String> value) {}

    private final List<Source> sources = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final ValueParser parser = new ValueParser(problems);
    private List<String> streamlitArguments = List.of();
    private Map<String, String> commandLine = Map.of();
    private YamlNode apps;
    /** Channels of a mapping in a YAML file; their problems count only if no source of higher precedence has channels. */
    private List<ChannelConfig> mappedChannels = List.of();

    private RawValue mappedChannelsValue;
    private final List<Problem> mappedChannelProblems = new ArrayList<>();

    /** Adds values by setting name, from the command line or the builder. */
    public Settings commandLine(Map<String, String> values) {
        commandLine = values;
        sources.add(new Source(s -> "--" + s.key(), s -> values.get(s.key())));
        return this;
    }

    /**
     * Adds servlet context parameters.
     *
     * @param lookup {@code ServletContext::getInitParameter}
     */
    public Settings contextParameters(Function<String, String> lookup) {
        sources.add(new Source(s -> "context parameter " + s.key(), s -> lookup.apply(s.key())));
        return this;
    }

    /** Adds system properties. An empty one counts as unset: jetty-base defines those that its ini files do not set. */
    public Settings systemProperties(Function<String, String> lookup) {
        sources.add(new Source(s -> "-D" + s.systemProperty(), s -> nullIfEmpty(lookup.apply(s.systemProperty()))));
        return this;
    }

    /** Adds environment variables. An empty one counts as unset: Compose files define them so. */
    public Settings environment(Map<String, String> environment) {
        sources.add(new Source(
                s -> "$" + s.environmentVariable(), s -> nullIfEmpty(environment.get(s.environmentVariable()))));
        return this;
    }

    private static String nullIfEmpty(String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * Adds a file with the setting names as keys; an unknown key is a problem. A name that ends in {@code .yaml} or
     * {@code .yml} means YAML, which may contain apps, too; any other means properties.
     */
    public Settings file(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml") ? yaml(file) : properties(file);
    }

    private Settings yaml(Path file) {
        Map<Setting, RawValue> values = new EnumMap<>(Setting.class);
        List<String> names = new ArrayList<>(List.of(APPS));
        Arrays.stream(Setting.values()).map(Setting::key).forEach(names::add);
        Map<String, YamlNode> entries =
                YamlNode.read(file, problems).map(YamlNode::entries).orElse(Map.of());
        apps = entries.get(APPS);
        entries.forEach((key, node) -> {
            Optional<Setting> setting = Setting.byKey(key);
            if (setting.isEmpty() && node != apps) {
                node.problem("no such setting" + NameSuggestion.among(names, key));
            } else if (apps != null && setting.filter(SINGLE_APP::contains).isPresent()) {
                node.problem("cannot be combined with apps:; set it below the path of an app");
            } else if (setting.isPresent() && setting.get() == Setting.CHANNEL && node.isMapping()) {
                values.put(Setting.CHANNEL, channelMapping(node));
            } else if (setting.isPresent()) {
                values.put(setting.get(), node.value(setting.get() == Setting.CHANNEL ? "\n" : ","));
            }
        });
        sources.add(new Source(
                s -> values.get(s).where(),
                s -> values.containsKey(s) ? values.get(s).text() : null));
        return this;
    }

    private RawValue channelMapping(YamlNode node) {
        List<String> text = new ArrayList<>();
        mappedChannels = ChannelListParser.ofMapping(node, text::add, mappedChannelProblems);
        mappedChannelsValue = new RawValue(node.where(), String.join("\n", text));
        return mappedChannelsValue;
    }

    private Settings properties(Path file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(ConfigText.read(file)));
        } catch (ConfigText.UnusableException e) {
            problems.add(e.in(file));
            return this;
        } catch (IOException | IllegalArgumentException e) {
            problems.add(new Problem(file.toString(), "cannot be read: " + e.getMessage()));
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

    /** Adds arguments for Streamlit, which follow {@code --} on the command line. */
    public Settings streamlitArguments(List<String> arguments) {
        this.streamlitArguments = List.copyOf(arguments);
        return this;
    }

    /** Returns the setting that was probably meant, as ", did you mean …?"; empty if no name is similar. */
    public static String suggestion(String key) {
        List<String> names = Arrays.stream(Setting.values()).map(Setting::key).toList();
        return NameSuggestion.among(names, key.replaceFirst("^-++", ""));
    }

    /**
     * Reads and validates all settings.
     *
     * @throws ConfigException with all problems of all sources
     */
    public GatewayConfig read() throws ConfigException {
        HostPort listen =
                new HostPort(parser.host(value(Setting.PROXY_HOST)), parser.port(value(Setting.PROXY_PORT), 0));
        List<AppConfig> served = apps == null ? List.of(singleApp()) : namedApps();
        GatewayConfig.Timeouts timeouts = new GatewayConfig.Timeouts(
                parser.time(value(Setting.CONNECT_TIMEOUT)),
                parser.time(value(Setting.UPSTREAM_TIMEOUT)),
                parser.time(value(Setting.CLIENT_TIMEOUT)),
                parser.time(value(Setting.HANDSHAKE_TIMEOUT)),
                parser.time(value(Setting.PING_INTERVAL)),
                parser.time(value(Setting.PONG_TIMEOUT)),
                parser.time(value(Setting.STALL_TIMEOUT)),
                parser.timeOrZero(value(Setting.DRAIN_DELAY)),
                parser.time(value(Setting.STOP_TIMEOUT)),
                parser.timeOrZero(value(Setting.CLOSE_SPREAD)),
                parser.time(value(Setting.DRAIN_TIMEOUT)));
        GatewayConfig.Limits limits = new GatewayConfig.Limits(
                parser.time(value(Setting.HEAD_TIMEOUT)),
                parser.rate(value(Setting.MIN_BODY_RATE)),
                parser.number(value(Setting.MAX_CONNECTIONS), 0, MAX_COUNT),
                parser.number(value(Setting.MAX_CONNECTIONS_PER_ADDRESS), 0, MAX_COUNT),
                parser.number(value(Setting.MAX_UPLOADS_PER_CLIENT), 0, MAX_COUNT),
                parser.number(value(Setting.MAX_SESSIONS_PER_CLIENT), 0, MAX_COUNT));
        GatewayConfig.Health health = new GatewayConfig.Health(
                parser.time(value(Setting.HEALTH_INTERVAL)),
                parser.time(value(Setting.HEALTH_TIMEOUT)),
                parser.number(value(Setting.HEALTH_RISE), 1, 100),
                parser.number(value(Setting.HEALTH_FALL), 1, 100));
        GatewayConfig config = new GatewayConfig(
                listen,
                tls(),
                served,
                apps != null,
                parser.trustedProxies(value(Setting.TRUSTED_PROXIES)),
                parser.allowedOrigins(value(Setting.ALLOWED_ORIGINS)),
                new GatewayConfig.Exposure(
                        parser.allowedHosts(value(Setting.ALLOWED_HOSTS)),
                        parser.embedOrigins(value(Setting.EMBED_ORIGINS)),
                        parser.securityHeaders(value(Setting.SECURITY_HEADERS)),
                        parser.headerNames(value(Setting.IDENTITY_HEADERS)),
                        parser.headerNames(value(Setting.IDENTITY_HEADER_EXCEPTIONS))),
                parser.userHeader(value(Setting.USER_HEADER)),
                parser.relay(value(Setting.RELAY)),
                timeouts,
                limits,
                health,
                parser.secret(value(Setting.STICKY_KEY)),
                parser.stateFolder(value(Setting.STATE_FOLDER)),
                parser.assetCache(value(Setting.ASSET_CACHE)),
                parser.logLevel(value(Setting.LOG_LEVEL)),
                channels(served),
                parser.size(value(Setting.MAX_MESSAGE_SIZE), 1 << 10),
                OperatorValues.read(parser, this::value),
                PageValues.read(parser, this::value));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /**
     * Returns the effective configuration as a configuration file, with the source of each value and without secrets. Only
     * valid after {@link #read}.
     */
    public String effective(GatewayConfig config) {
        ConfigPrinter text = new ConfigPrinter();
        for (Setting setting : Setting.values()) {
            if (apps == null || !SINGLE_APP.contains(setting)) {
                RawValue value = value(setting);
                boolean isDefault =
                        sources.stream().allMatch(source -> source.value().apply(setting) == null);
                text.setting(setting, value.text(), isDefault ? "default" : value.where());
            }
        }
        return apps == null ? text.toString() : text.apps(config.apps()).toString();
    }

    /** Returns the values of all secret settings, to be removed from texts. */
    public List<String> secrets() {
        return Arrays.stream(Setting.values())
                .filter(Setting::isSecret)
                .map(setting -> value(setting).text())
                .toList();
    }

    private AppConfig singleApp() {
        HostPort upstream =
                new HostPort(parser.host(value(Setting.STREAMLIT_HOST)), parser.port(value(Setting.STREAMLIT_PORT), 1));
        AppConfig.Launch launch = launch();
        return new AppConfig(
                parser.prefix(value(Setting.CONTEXT_PATH)),
                "Streamlit",
                "",
                launch == null ? List.of(new AppConfig.Upstream(upstream, false)) : List.of(),
                parser.strip(value(Setting.STRIP_PREFIX)),
                launch,
                parser.yesOrNo(value(Setting.STREAMLIT_METRICS)));
    }

    private List<AppConfig> namedApps() {
        for (Setting setting : SINGLE_APP) {
            if (commandLine.containsKey(setting.key())) {
                problems.add(new Problem(
                        "--" + setting.key(), "cannot be combined with " + apps.where() + "; set it there"));
            }
        }
        if (!streamlitArguments.isEmpty()) {
            problems.add(new Problem(
                    "--",
                    "arguments for Streamlit cannot be combined with " + apps.where()
                            + "; set arguments of an app there"));
        }
        return new AppParser(parser, parser.yesOrNo(value(Setting.STREAMLIT_METRICS))).read(apps);
    }

    private RawValue value(Setting setting) {
        for (Source source : sources) {
            String value = source.value().apply(setting);
            if (value != null) {
                return new RawValue(source.label().apply(setting), value.trim());
            }
        }
        return new RawValue("--" + setting.key(), setting.defaultValue());
    }

    private AppConfig.Launch launch() {
        RawValue app = value(Setting.APP);
        RawValue command = value(Setting.STREAMLIT_COMMAND);
        if (app.text().isEmpty()) {
            if (!command.text().isEmpty()) {
                parser.problem(command, "has no effect without --app; set the script to run with --app");
            }
            if (!streamlitArguments.isEmpty()) {
                problems.add(new Problem("--", "arguments for Streamlit have no effect without --app"));
            }
            return null;
        }
        parser.streamlitArguments("--", streamlitArguments);
        if (!Files.isRegularFile(parser.path(app, Path.of("")))) {
            parser.problem(app, "does not exist or is not a file; give the path of the Streamlit script");
        }
        List<String> words =
                command.text().isEmpty() ? List.of() : List.of(command.text().split("\\s+"));
        return new AppConfig.Launch(
                app.text(), words, streamlitArguments, 1, false, Duration.ZERO, null, Map.of(), 0, SUPERVISED_RESTARTS);
    }

    private List<ChannelConfig> channels(List<AppConfig> served) {
        RawValue value = value(Setting.CHANNEL);
        List<ChannelConfig> channels;
        if (mappedChannelsValue != null && mappedChannelsValue.where().equals(value.where())) {
            problems.addAll(mappedChannelProblems);
            channels = mappedChannels;
        } else {
            channels = ChannelListParser.ofText(value.where(), value.text(), problems);
        }
        ChannelListParser.checkApps(value.where(), channels, served, problems);
        return channels;
    }

    private GatewayConfig.Tls tls() {
        RawValue certificate = value(Setting.TLS_CERTIFICATE);
        RawValue key = value(Setting.TLS_KEY);
        if (certificate.text().isEmpty() && key.text().isEmpty()) {
            return null;
        }
        if (certificate.text().isEmpty() || key.text().isEmpty()) {
            Setting missing = key.text().isEmpty() ? Setting.TLS_KEY : Setting.TLS_CERTIFICATE;
            parser.problem(key.text().isEmpty() ? certificate : key, "requires --" + missing.key() + ", too");
            return null;
        }
        Path folder = Path.of("");
        GatewayConfig.Tls tls = new GatewayConfig.Tls(parser.path(certificate, folder), parser.path(key, folder));
        try {
            PemKeyPair.read(tls);
        } catch (UnusablePemException e) {
            parser.problem(e.file().equals(tls.certificate()) ? certificate : key, e.getMessage());
        }
        return tls;
    }
}
