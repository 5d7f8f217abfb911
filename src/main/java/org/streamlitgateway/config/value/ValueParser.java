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

/** What each kind of value may be. Whatever is wrong is added to the problems, and something harmless returned. */
public final class ValueParser {
    private static final Set<String> LOG_LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");
    private static final Pattern PATH_PREFIX = Pattern.compile("(?:/[A-Za-z0-9._~!$&'()*+,=@-]++)++");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final String HOST_AND_PORT = "(?:\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._~-]+)(?::[0-9]{1,5})?";
    private static final Pattern HOST = Pattern.compile("\\*|(?:\\*\\.)?" + HOST_AND_PORT);
    private static final Pattern WEB_ORIGIN = Pattern.compile("https?://" + HOST_AND_PORT);

    /** Apps that are no web pages have schemes of their own. */
    public static final Pattern ORIGIN =
            Pattern.compile("\\*|null|file://|(?!file:)[A-Za-z][A-Za-z0-9+.-]*://" + HOST_AND_PORT);

    private static final Pattern HEADER_NAMES = Pattern.compile("[!#$%&'+.^_`|~0-9A-Za-z-]+\\*?");
    private static final int LEAST_SECRET_CHARACTERS = 16;
    private static final long LEAST_MEMORY = 16L << 20;

    private final List<Problem> problems;

    public ValueParser(List<Problem> problems) {
        this.problems = problems;
    }

    public void problem(RawValue given, String what) {
        problems.add(new Problem(given.where(), "'" + given.text() + "' " + what));
    }

    /** The folder itself for what no path can be. */
    public Path path(RawValue given, Path folder) {
        try {
            return folder.resolve(given.text()).normalize();
        } catch (InvalidPathException impossible) {
            problem(given, "is not a path: " + impossible.getReason());
            return folder;
        }
    }

    /** By default what the environment names: systemd, then the XDG base directories. */
    public Path stateFolder(RawValue given) {
        if (!given.text().isEmpty()) {
            return path(given, Path.of("").toAbsolutePath());
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

    /** What would keep the gateway from reaching its own Streamlit. */
    public void streamlitArguments(String where, List<String> arguments) {
        if (arguments.stream().anyMatch(word -> word.startsWith("--server.ssl"))) {
            problems.add(new Problem(
                    where,
                    "--server.sslCertFile and --server.sslKeyFile have no use: the gateway speaks to its own apps in the"
                            + " clear, on loopback; give tls-certificate and tls-key instead"));
        }
    }

    public String host(RawValue given) {
        String host = given.text();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.chars().anyMatch(c -> c == '/' || c <= ' ' || Character.isSpaceChar(c))) {
            problem(given, "is not a host name or address; give the name alone, without http:// and port");
        }
        return host;
    }

    public int port(RawValue given, int least) {
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

    public String prefix(RawValue given) {
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

    public AppConfig.Strip strip(RawValue given) {
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

    public List<Cidr> trustedProxies(RawValue given) {
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

    public Set<String> allowedOrigins(RawValue given) {
        return each(given, ORIGIN, "is not an Origin such as https://portal.example.com");
    }

    public Set<String> allowedHosts(RawValue given) {
        return each(given, HOST, "is not a host such as apps.example.com, *.example.com or [::1]:8500");
    }

    public Set<String> embedOrigins(RawValue given) {
        return each(given, WEB_ORIGIN, "is not an Origin such as https://portal.example.com");
    }

    public Set<String> headerNames(RawValue given) {
        return each(given, HEADER_NAMES, "is not a header name such as X-Corp-User or X-Corp-*");
    }

    public boolean securityHeaders(RawValue given) {
        boolean standard = given.text().equalsIgnoreCase("standard");
        if (!standard && !given.text().equalsIgnoreCase("off")) {
            problem(given, "is none of off, standard");
        }
        return standard;
    }

    /** The words of a list in lower case, of which each must be of this form. */
    private Set<String> each(RawValue given, Pattern form, String otherwise) {
        for (String word : words(given.text())) {
            if (!form.matcher(word).matches()) {
                problems.add(new Problem(given.where(), "'" + word + "' " + otherwise));
            }
        }
        return words(given.text()).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    public String userHeader(RawValue given) {
        if (!TOKEN.matcher(given.text()).matches()) {
            problem(given, "is not a header name such as X-Forwarded-User");
        }
        return given.text();
    }

    public String logLevel(RawValue given) {
        String level =
                given.text().toUpperCase(Locale.ROOT).replace("WARNING", "WARN").replace("CRITICAL", "ERROR");
        if (!LOG_LEVELS.contains(level)) {
            problem(given, "is none of ERROR, WARN, INFO, DEBUG, TRACE");
        }
        return level;
    }

    public Duration time(RawValue given) {
        Optional<Duration> time = Times.parse(given.text());
        if (time.isEmpty() || time.get().isZero()) {
            problem(given, "is not a time such as 500ms, 20s, 5m or 1h; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    public long assetCache(RawValue given) {
        long bytes = Sizes.parse(given.text());
        if (bytes < 0) {
            problem(given, "is not a size such as 512K, 64M or 1G; a number alone means bytes");
        }
        return Math.min(bytes, Runtime.getRuntime().maxMemory() / 4);
    }

    /** Bytes per second; zero is allowed. */
    public long rate(RawValue given) {
        long bytes = Sizes.parse(given.text());
        if (bytes < 0) {
            problem(given, "is not a number of bytes per second, such as 500 or 1K; 0 means none");
        }
        return Math.max(0, bytes);
    }

    /**
     * Parses a size in bytes.
     *
     * @param least in bytes
     */
    public long size(RawValue given, long least) {
        long bytes = Sizes.parse(given.text());
        if (bytes < least) {
            problem(given, "is not a size from " + (least >> 10) + "K on, such as 512K, 64M or 1G");
        }
        return Math.max(bytes, least);
    }

    /** Nothing means no limit. */
    public long memory(RawValue given) {
        if (given.text().isEmpty()) {
            return 0;
        }
        long bytes = Sizes.parse(given.text());
        if (bytes < LEAST_MEMORY) {
            problem(given, "is not a size from 16M on, such as 512M or 2G");
        }
        return bytes;
    }

    /** Zero is allowed. */
    public Duration timeOrNone(RawValue given) {
        Optional<Duration> time = Times.parse(given.text());
        if (time.isEmpty()) {
            problem(given, "is not a time such as 0s, 500ms, 20s or 5m; a number alone means seconds");
        }
        return time.orElse(Duration.ZERO);
    }

    public GatewayConfig.Relaying relay(RawValue given) {
        return switch (given.text().toLowerCase(Locale.ROOT)) {
            case "splice" -> GatewayConfig.Relaying.SPLICE;
            case "bridge" -> GatewayConfig.Relaying.BRIDGE;
            default -> {
                problem(given, "is none of splice, bridge");
                yield GatewayConfig.Relaying.BRIDGE;
            }
        };
    }

    public HostPort address(RawValue given) {
        String text = given.text();
        int colon = text.lastIndexOf(':');
        boolean bare = colon < 0 || text.indexOf(':') < colon && !text.startsWith("[");
        if (bare || colon < text.indexOf(']')) {
            problem(given, "is not an address such as localhost:8501 or [::1]:8501");
            return new HostPort(text, 1);
        }
        String name = host(new RawValue(given.where(), text.substring(0, colon)));
        return new HostPort(name, port(new RawValue(given.where(), text.substring(colon + 1)), 1));
    }

    public int number(RawValue given, int least, int most) {
        try {
            int number = Integer.parseInt(given.text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        problem(given, "is not a number from " + least + " to " + most);
        return least;
    }

    public boolean yesOrNo(RawValue given) {
        return switch (given.text().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> {
                problem(given, "is neither yes nor no");
                yield false;
            }
        };
    }

    /** A secret is never repeated in a message. */
    public String secret(RawValue given) {
        String secret = given.text();
        if (!secret.isEmpty() && secret.length() < LEAST_SECRET_CHARACTERS) {
            problems.add(new Problem(
                    given.where(),
                    "is shorter than " + LEAST_SECRET_CHARACTERS + " characters; make a long random one"));
        }
        return secret;
    }

    static List<String> words(String text) {
        return Arrays.stream(text.split("[,\\s]+")).filter(w -> !w.isEmpty()).toList();
    }
}
