package org.streamlitgateway.config.value;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Problem;

/**
 * Parses and validates values. Each method adds a problem for an invalid value and then returns a harmless one, so that all
 * problems are found at once.
 */
public final class ValueParser {
    private static final Set<String> LOG_LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    private static final Pattern PATH_PREFIX = Pattern.compile("(?:/[A-Za-z0-9._~!$&'()*+,=@-]++)++");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final String HOST_AND_PORT = "(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._~-]+)(?::[0-9]{1,5})?";
    private static final Pattern HOST = Pattern.compile("\\*|(?:\\*\\.)?" + HOST_AND_PORT);
    private static final Pattern WEB_ORIGIN = Pattern.compile("https?://" + HOST_AND_PORT);

    /** Origin; applications other than browsers have schemes of their own. */
    public static final Pattern ORIGIN =
            Pattern.compile("\\*|null|file://|(?!file:)[A-Za-z][A-Za-z0-9+.-]*://" + HOST_AND_PORT);

    private static final Pattern HEADER_NAMES = Pattern.compile("[!#$%&'+.^_`|~0-9A-Za-z-]+\\*?");
    private static final int MIN_SECRET_CHARACTERS = 16;
    private static final long MIN_MEMORY_BYTES = 16L << 20;

    private final List<Problem> problems;

    public ValueParser(List<Problem> problems) {
        this.problems = problems;
    }

    /** Adds a problem that quotes the value. */
    public void problem(RawValue value, String what) {
        problems.add(new Problem(value.where(), "'" + value.text() + "' " + what));
    }

    /** Resolves a path against a folder; returns the folder for an invalid path. */
    public Path path(RawValue value, Path folder) {
        try {
            return folder.resolve(value.text()).normalize();
        } catch (InvalidPathException e) {
            problem(value, "is not a path: " + e.getReason());
            return folder;
        }
    }

    /** Returns the folder; by default that of systemd, else that of the XDG base directories. */
    public Path stateFolder(RawValue value) {
        if (!value.text().isEmpty()) {
            return path(value, Path.of("").toAbsolutePath());
        }
        String systemd = System.getenv("STATE_DIRECTORY");
        if (systemd != null && systemd.startsWith("/")) {
            return Path.of(systemd.split(":", 2)[0]);
        }
        String xdg = System.getenv("XDG_STATE_HOME");
        Path states = xdg != null && xdg.startsWith("/")
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home", "/"), ".local", "state");
        return states.resolve("streamlit-gateway");
    }

    /** Adds a problem for arguments that would keep the gateway from connecting to its own Streamlit. */
    public void streamlitArguments(String where, List<String> arguments) {
        if (arguments.stream().anyMatch(word -> word.startsWith("--server.ssl"))) {
            problems.add(new Problem(
                    where,
                    "--server.sslCertFile and --server.sslKeyFile cannot be used: the gateway connects to its own apps"
                            + " without TLS, on loopback; set tls-certificate and tls-key instead"));
        }
    }

    public String host(RawValue value) {
        String host = value.text();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.chars().anyMatch(c -> c == '/' || c <= ' ' || Character.isSpaceChar(c))) {
            problem(value, "is not a host name or address; give only the name, without http:// and port");
        }
        return host;
    }

    public int port(RawValue value, int min) {
        try {
            int port = Integer.parseInt(value.text());
            if (port >= min && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        problem(value, "is not a port; give a number from " + min + " to 65535");
        return min;
    }

    /** Returns a path without a trailing slash; empty for the root. */
    public String prefix(RawValue value) {
        String path = value.text().length() > 1
                        && value.text().endsWith("/")
                        && !value.text().endsWith("//")
                ? value.text().substring(0, value.text().length() - 1)
                : value.text();
        if (path.equals("/")) {
            return "";
        }
        if (!path.startsWith("/")) {
            problem(value, "does not begin with a slash; write /" + path);
        } else if (!PATH_PREFIX.matcher(path).matches()
                || Arrays.stream(path.split("/")).anyMatch(s -> s.equals(".") || s.equals(".."))) {
            problem(value, "is not a path such as /tools/streamlit: letters, digits and -._~ between single slashes");
        } else if (path.startsWith("/_gateway")) {
            problem(value, "is reserved for the gateway's built-in pages; choose another path");
        }
        return path;
    }

    public AppConfig.Strip strip(RawValue value) {
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "auto" -> AppConfig.Strip.AUTO;
            case "yes", "true" -> AppConfig.Strip.YES;
            case "no", "false" -> AppConfig.Strip.NO;
            default -> {
                problem(value, "is none of auto, yes, no");
                yield AppConfig.Strip.AUTO;
            }
        };
    }

    public List<Cidr> trustedProxies(RawValue value) {
        List<Cidr> blocks = new ArrayList<>();
        for (String word : words(value.text())) {
            Optional<Cidr> block = Cidr.parse(word);
            if (block.isEmpty()) {
                problems.add(new Problem(
                        value.where(), "'" + word + "' is not an address or block such as 10.0.0.0/8 or ::1"));
            }
            block.ifPresent(blocks::add);
        }
        return List.copyOf(blocks);
    }

    public Set<String> allowedOrigins(RawValue value) {
        return words(value, ORIGIN, "is not an Origin such as https://portal.example.com");
    }

    public Set<String> allowedHosts(RawValue value) {
        return words(value, HOST, "is not a host such as apps.example.com, *.example.com or [::1]:8500");
    }

    public Set<String> embedOrigins(RawValue value) {
        return words(value, WEB_ORIGIN, "is not an Origin such as https://portal.example.com");
    }

    public Set<String> headerNames(RawValue value) {
        return words(value, HEADER_NAMES, "is not a header name such as X-Corp-User or X-Corp-*");
    }

    public boolean securityHeaders(RawValue value) {
        boolean standard = value.text().equalsIgnoreCase("standard");
        if (!standard && !value.text().equalsIgnoreCase("off")) {
            problem(value, "is none of off, standard");
        }
        return standard;
    }

    /** Returns the words of a list in lower case; adds a problem for each that does not match the pattern. */
    private Set<String> words(RawValue value, Pattern pattern, String problem) {
        for (String word : words(value.text())) {
            if (!pattern.matcher(word).matches()) {
                problems.add(new Problem(value.where(), "'" + word + "' " + problem));
            }
        }
        return words(value.text()).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    public String userHeader(RawValue value) {
        if (!TOKEN.matcher(value.text()).matches()) {
            problem(value, "is not a header name such as X-Forwarded-User");
        }
        return value.text();
    }

    public String logLevel(RawValue value) {
        String level =
                value.text().toUpperCase(Locale.ROOT).replace("WARNING", "WARN").replace("CRITICAL", "ERROR");
        if (!LOG_LEVELS.contains(level)) {
            problem(value, "is none of ERROR, WARN, INFO, DEBUG, TRACE");
        }
        return level;
    }

    public Duration time(RawValue value) {
        Optional<Duration> time = Times.parse(value.text());
        if (time.isEmpty() || time.get().isZero()) {
            problem(value, "is not a time such as 500ms, 20s, 5m or 1h; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    /** Returns the size in bytes, limited to a quarter of the heap. */
    public long assetCache(RawValue value) {
        long bytes = Sizes.parse(value.text());
        if (bytes < 0) {
            problem(value, "is not a size such as 512K, 64M or 1G; a number alone means bytes");
        }
        return Math.min(bytes, Runtime.getRuntime().maxMemory() / 4);
    }

    /** Returns a rate in bytes per second; zero is allowed. */
    public long rate(RawValue value) {
        long bytes = Sizes.parse(value.text());
        if (bytes < 0) {
            problem(value, "is not a number of bytes per second, such as 500 or 1K; 0 means none");
        }
        return Math.max(0, bytes);
    }

    /**
     * Returns a size in bytes.
     *
     * @param min minimum in bytes
     */
    public long size(RawValue value, long min) {
        long bytes = Sizes.parse(value.text());
        if (bytes < min) {
            problem(value, "is not a size of at least " + (min >> 10) + "K, such as 512K, 64M or 1G");
        }
        return Math.max(bytes, min);
    }

    /** Returns a memory limit in bytes; 0, for no limit, if the value is empty. */
    public long memory(RawValue value) {
        if (value.text().isEmpty()) {
            return 0;
        }
        long bytes = Sizes.parse(value.text());
        if (bytes < MIN_MEMORY_BYTES) {
            problem(value, "is not a size of at least 16M, such as 512M or 2G");
        }
        return bytes;
    }

    /** Returns a time; zero is allowed. */
    public Duration timeOrZero(RawValue value) {
        Optional<Duration> time = Times.parse(value.text());
        if (time.isEmpty()) {
            problem(value, "is not a time such as 0s, 500ms, 20s or 5m; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    public GatewayConfig.Relaying relay(RawValue value) {
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "splice" -> GatewayConfig.Relaying.SPLICE;
            case "bridge" -> GatewayConfig.Relaying.BRIDGE;
            default -> {
                problem(value, "is none of splice, bridge");
                yield GatewayConfig.Relaying.BRIDGE;
            }
        };
    }

    public HostPort address(RawValue value) {
        String text = value.text();
        int colon = text.lastIndexOf(':');
        boolean withoutPort = colon < 0 || text.indexOf(':') < colon && !text.startsWith("[");
        if (withoutPort || colon < text.indexOf(']')) {
            problem(value, "is not an address such as localhost:8501 or [::1]:8501");
            return new HostPort(text, 1);
        }
        String name = host(new RawValue(value.where(), text.substring(0, colon)));
        return new HostPort(name, port(new RawValue(value.where(), text.substring(colon + 1)), 1));
    }

    public int number(RawValue value, int min, int max) {
        try {
            int number = Integer.parseInt(value.text());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        problem(value, "is not a number from " + min + " to " + max);
        return min;
    }

    public boolean yesOrNo(RawValue value) {
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> {
                problem(value, "is neither yes nor no");
                yield false;
            }
        };
    }

    /** Returns a secret; the problem with an invalid one does not quote it. */
    public String secret(RawValue value) {
        String secret = value.text();
        if (!secret.isEmpty() && secret.length() < MIN_SECRET_CHARACTERS) {
            problems.add(new Problem(
                    value.where(),
                    "is shorter than " + MIN_SECRET_CHARACTERS + " characters; create one with: openssl rand -hex 32"));
        }
        return secret;
    }

    public static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+")).filter(w -> !w.isEmpty()).toList();
    }
}
