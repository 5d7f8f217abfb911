package org.streamlitgateway.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.Secrets;

/** The variables of a Streamlit of our own: those of the gateway without what is the gateway's alone, and a few more. */
final class AppEnvironment {
    private static final String COOKIE_SECRET = "STREAMLIT_SERVER_COOKIE_SECRET";
    private static final String COOKIE_SECRET_OPTION = "cookieSecret";
    private static final long LONGEST_CONFIG = 1 << 20;

    private AppEnvironment() {}

    /** Changes the variables that a process would inherit; what the configuration says of the app beats everything. */
    static void prepare(Map<String, String> environment, Launch launch, LaunchContext surroundings) {
        Secrets.removeFrom(environment);
        List<String> peers = new ArrayList<>(List.of("127.0.0.1", "::1"));
        peers.addAll(surroundings.trusted());
        // Streamlit believes the gateway's X-Forwarded-For and no other's
        environment.putIfAbsent("FORWARDED_ALLOW_IPS", String.join(",", peers));
        environment.put("PYTHONUNBUFFERED", "1");
        activate(environment, launch.command());
        if (!environment.containsKey(COOKIE_SECRET) && !hasCookieSecret(launch, environment)) {
            environment.put(COOKIE_SECRET, surroundings.cookieSecret().get());
        }
        environment.putAll(launch.environment());
    }

    /** What activating the virtual environment of the command would set, so that what the app starts finds it too. */
    private static void activate(Map<String, String> environment, List<String> command) {
        Path bin = command.isEmpty() ? null : Path.of(command.get(0)).getParent();
        if (bin != null && bin.getParent() != null && Files.isRegularFile(bin.resolveSibling("pyvenv.cfg"))) {
            environment.put("VIRTUAL_ENV", bin.getParent().toString());
            environment.merge("PATH", bin.toString(), (path, first) -> first + File.pathSeparator + path);
            environment.remove("PYTHONHOME");
        }
    }

    /** Whether the app brings its own, in its arguments or in one of the files that Streamlit reads. */
    private static boolean hasCookieSecret(Launch launch, Map<String, String> environment) {
        Path script = Path.of(launch.script()).toAbsolutePath().getParent();
        Path runsIn = launch.workingDirectory() == null ? Path.of("").toAbsolutePath() : launch.workingDirectory();
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
        return launch.arguments().stream().anyMatch(word -> word.startsWith("--server." + COOKIE_SECRET_OPTION))
                || Stream.of(script, runsIn, home)
                        .filter(Objects::nonNull)
                        .anyMatch(folder -> names(folder.resolve(".streamlit/config.toml")));
    }

    private static boolean names(Path config) {
        try {
            return Files.isRegularFile(config)
                    && Files.size(config) <= LONGEST_CONFIG
                    && new String(Files.readAllBytes(config), StandardCharsets.UTF_8)
                            .lines()
                            .anyMatch(line -> line.strip().startsWith(COOKIE_SECRET_OPTION)
                                    || line.strip().startsWith("server." + COOKIE_SECRET_OPTION));
        } catch (IOException unreadable) {
            return false;
        }
    }
}
