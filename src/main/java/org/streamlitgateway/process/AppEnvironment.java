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

/** Environment variables of a Streamlit process: the gateway's own, minus its secrets, plus those the gateway sets. */
final class AppEnvironment {
    private static final String COOKIE_SECRET = "STREAMLIT_SERVER_COOKIE_SECRET";
    private static final String COOKIE_SECRET_OPTION = "cookieSecret";
    private static final long MAX_CONFIG_BYTES = 1 << 20;

    private AppEnvironment() {}

    /**
     * Adapts the inherited variables in place. Variables configured for the app override all others.
     *
     * @param replica name of the process among those of its app
     */
    static void prepare(Map<String, String> environment, Launch launch, LaunchContext context, String replica) {
        Secrets.removeFrom(environment);
        List<String> peers = new ArrayList<>(List.of("127.0.0.1", "::1"));
        peers.addAll(context.trustedAddresses());
        // Streamlit trusts X-Forwarded-For from the gateway only
        environment.putIfAbsent("FORWARDED_ALLOW_IPS", String.join(",", peers));
        environment.put("PYTHONUNBUFFERED", "1");
        activate(environment, launch.command());
        if (!environment.containsKey(COOKIE_SECRET) && !hasCookieSecret(launch, environment)) {
            environment.put(COOKIE_SECRET, context.cookieSecret().get());
        }
        TelemetryVariables.put(environment, context.app(), replica, context.otlpEndpoint());
        environment.putAll(launch.environment());
    }

    /** Activates the command's virtual environment, so that programs started by the app use it, too. */
    private static void activate(Map<String, String> environment, List<String> command) {
        Path bin = command.isEmpty() ? null : Path.of(command.get(0)).getParent();
        if (bin != null && bin.getParent() != null && Files.isRegularFile(bin.resolveSibling("pyvenv.cfg"))) {
            environment.put("VIRTUAL_ENV", bin.getParent().toString());
            environment.merge("PATH", bin.toString(), (path, first) -> first + File.pathSeparator + path);
            environment.remove("PYTHONHOME");
        }
    }

    /** Checks whether the app sets its own secret, in its arguments or in a {@code config.toml} that Streamlit reads. */
    private static boolean hasCookieSecret(Launch launch, Map<String, String> environment) {
        Path script = Path.of(launch.script()).toAbsolutePath().getParent();
        Path workingDirectory =
                launch.workingDirectory() == null ? Path.of("").toAbsolutePath() : launch.workingDirectory();
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
        return launch.arguments().stream().anyMatch(word -> word.startsWith("--server." + COOKIE_SECRET_OPTION))
                || Stream.of(script, workingDirectory, home)
                        .filter(Objects::nonNull)
                        .anyMatch(folder -> setsCookieSecret(folder.resolve(".streamlit/config.toml")));
    }

    private static boolean setsCookieSecret(Path config) {
        try {
            return Files.isRegularFile(config)
                    && Files.size(config) <= MAX_CONFIG_BYTES
                    && new String(Files.readAllBytes(config), StandardCharsets.UTF_8)
                            .lines()
                            .anyMatch(line -> line.strip().startsWith(COOKIE_SECRET_OPTION)
                                    || line.strip().startsWith("server." + COOKIE_SECRET_OPTION));
        } catch (IOException e) {
            return false;
        }
    }
}
