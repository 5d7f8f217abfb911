package org.streamlitgateway.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the settings from sources, each of which may name some; the one added first wins. The order everywhere is:
 * command line, servlet context parameters, system properties, environment variables, file, default. What is nearest
 * to one deployment beats what holds for the whole machine, so that two WARs in one container can differ.
 */
public final class Settings {
    private static final Set<String> LOG_LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    private static final Pattern PATH_PREFIX = Pattern.compile("(/[A-Za-z0-9._~!$&'()*+,=@-]+)+");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/\\s]+");

    /** Letters wrong, missing or too many in a name that was meant. */
    private static final int MAX_SLIPS = 3;

    private record Source(Function<Setting, String> label, Function<Setting, String> value) {}

    private record Given(String where, String text) {}

    private final List<Source> sources = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private List<String> streamlitArguments = List.of();

    /** Values by option name, as given on the command line or by the builder. */
    public Settings commandLine(Map<String, String> values) {
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

    /** A properties file with the option names as keys; a name that does not exist is a problem. */
    public Settings file(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            problems.add(new Problem(file.toString(), "cannot be read: " + unreadable.getMessage()));
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
        String bare = key.replaceFirst("^-+", "");
        return Arrays.stream(Setting.values())
                .map(Setting::key)
                .filter(name -> distance(name, bare) <= MAX_SLIPS)
                .min(Comparator.comparingInt(name -> distance(name, bare)))
                .map(name -> ", did you mean " + name + "?")
                .orElse("");
    }

    /**
     * Reads and validates all settings.
     *
     * @throws ConfigException naming everything that is wrong
     */
    public GatewayConfig read() throws ConfigException {
        HostPort listen = new HostPort(host(Setting.PROXY_HOST), port(Setting.PROXY_PORT, 0));
        HostPort upstream = new HostPort(host(Setting.STREAMLIT_HOST), port(Setting.STREAMLIT_PORT, 1));
        AppConfig app = new AppConfig(prefix(), upstream, strip(), launch());
        GatewayConfig.Timeouts timeouts = new GatewayConfig.Timeouts(
                time(Setting.CONNECT_TIMEOUT),
                time(Setting.UPSTREAM_TIMEOUT),
                time(Setting.CLIENT_TIMEOUT),
                time(Setting.HANDSHAKE_TIMEOUT),
                time(Setting.PING_INTERVAL),
                time(Setting.PONG_TIMEOUT),
                time(Setting.STALL_TIMEOUT),
                timeOrNone(Setting.DRAIN_DELAY),
                time(Setting.STOP_TIMEOUT),
                timeOrNone(Setting.CLOSE_SPREAD));
        GatewayConfig config = new GatewayConfig(
                listen, app, trustedProxies(), allowedOrigins(), userHeader(), timeouts, assetCache(), logLevel());
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    private Given given(Setting setting) {
        for (Source source : sources) {
            String value = source.value().apply(setting);
            if (value != null) {
                return new Given(source.label().apply(setting), value.trim());
            }
        }
        return new Given("--" + setting.key(), setting.defaultValue());
    }

    private void problem(Given given, String what) {
        problems.add(new Problem(given.where(), "'" + given.text() + "' " + what));
    }

    private String host(Setting setting) {
        Given given = given(setting);
        String host = given.text();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.matches(".*[\\s/].*")) {
            problem(given, "is not a host name or address; give the name alone, without http:// and port");
        }
        return host;
    }

    private int port(Setting setting, int least) {
        Given given = given(setting);
        try {
            int port = Integer.parseInt(given.text());
            if (port >= least && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        problem(given, "is not a port; give a number from " + least + " to 65535");
        return least;
    }

    private String prefix() {
        Given given = given(Setting.CONTEXT_PATH);
        String path = given.text().length() > 1
                        && given.text().endsWith("/")
                        && !given.text().endsWith("//")
                ? given.text().substring(0, given.text().length() - 1)
                : given.text();
        if (path.equals("/")) {
            return "";
        }
        if (!path.startsWith("/")) {
            problem(given, "does not begin with a slash; give /" + path);
        } else if (!PATH_PREFIX.matcher(path).matches()
                || Arrays.stream(path.split("/")).anyMatch(s -> s.equals(".") || s.equals(".."))) {
            problem(given, "is not a path such as /tools/streamlit: letters, digits and -._~ between single slashes");
        } else if (path.startsWith("/_gateway")) {
            problem(given, "is kept for the gateway's own pages; choose another path");
        }
        return path;
    }

    private AppConfig.Strip strip() {
        Given given = given(Setting.STRIP_PREFIX);
        return switch (given.text().toLowerCase(Locale.ROOT)) {
            case "auto" -> AppConfig.Strip.AUTO;
            case "yes", "true" -> AppConfig.Strip.YES;
            case "no", "false" -> AppConfig.Strip.NO;
            default -> {
                problem(given, "is none of auto, yes, no");
                yield AppConfig.Strip.AUTO;
            }
        };
    }

    private AppConfig.Launch launch() {
        Given app = given(Setting.APP);
        Given command = given(Setting.STREAMLIT_COMMAND);
        if (app.text().isEmpty()) {
            if (!command.text().isEmpty()) {
                problem(command, "has no use without --app; name the script to run with --app");
            }
            if (!streamlitArguments.isEmpty()) {
                problems.add(new Problem("--", "arguments for Streamlit have no use without --app"));
            }
            return null;
        }
        if (!Files.isRegularFile(Path.of(app.text()))) {
            problem(app, "is not a file; give the path of the Streamlit script");
        }
        List<String> words =
                command.text().isEmpty() ? List.of() : List.of(command.text().split("\\s+"));
        return new AppConfig.Launch(app.text(), words, streamlitArguments);
    }

    private List<Cidr> trustedProxies() {
        Given given = given(Setting.TRUSTED_PROXIES);
        List<Cidr> blocks = new ArrayList<>();
        for (String word : words(given.text())) {
            Optional<Cidr> block = Cidr.parse(word);
            if (block.isEmpty()) {
                problems.add(new Problem(
                        given.where(), "'" + word + "' is not an address or block such as 10.0.0.0/8 or ::1"));
            }
            block.ifPresent(blocks::add);
        }
        return List.copyOf(blocks);
    }

    private Set<String> allowedOrigins() {
        Given given = given(Setting.ALLOWED_ORIGINS);
        for (String word : words(given.text())) {
            if (!word.equals("*") && !ORIGIN.matcher(word).matches()) {
                problems.add(new Problem(
                        given.where(), "'" + word + "' is not an Origin such as https://portal.example.com"));
            }
        }
        return words(given.text()).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private String userHeader() {
        Given given = given(Setting.USER_HEADER);
        if (!TOKEN.matcher(given.text()).matches()) {
            problem(given, "is not a header name such as X-Forwarded-User");
        }
        return given.text();
    }

    private String logLevel() {
        Given given = given(Setting.LOG_LEVEL);
        String level =
                given.text().toUpperCase(Locale.ROOT).replace("WARNING", "WARN").replace("CRITICAL", "ERROR");
        if (!LOG_LEVELS.contains(level)) {
            problem(given, "is none of ERROR, WARN, INFO, DEBUG, TRACE");
        }
        return level;
    }

    private Duration time(Setting setting) {
        Given given = given(setting);
        Optional<Duration> time = Times.parse(given.text());
        if (time.isEmpty() || time.get().isZero()) {
            problem(given, "is not a time such as 500ms, 20s, 5m or 1h; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    private long assetCache() {
        Given given = given(Setting.ASSET_CACHE);
        long bytes = Sizes.parse(given.text());
        if (bytes < 0) {
            problem(given, "is not a size such as 512K, 64M or 1G; a number alone means bytes");
        }
        return Math.min(bytes, Runtime.getRuntime().maxMemory() / 4);
    }

    /** Zero is allowed. */
    private Duration timeOrNone(Setting setting) {
        Given given = given(setting);
        Optional<Duration> time = Times.parse(given.text());
        if (time.isEmpty()) {
            problem(given, "is not a time such as 0s, 500ms, 20s or 5m; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+")).filter(w -> !w.isEmpty()).toList();
    }

    /** Levenshtein distance, for suggestions. */
    private static int distance(String a, String b) {
        Map<Integer, Integer> row = new LinkedHashMap<>();
        for (int j = 0; j <= b.length(); j++) {
            row.put(j, j);
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = i - 1;
            row.put(0, i);
            for (int j = 1; j <= b.length(); j++) {
                int above = row.get(j);
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row.put(j, Math.min(change, 1 + Math.min(above, row.get(j - 1))));
                diagonal = above;
            }
        }
        return row.get(b.length());
    }
}
