package org.streamlitgateway.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.streamlitgateway.config.AppConfig.Launch;

/** Builds the command line that starts Streamlit with one script on one port. */
final class StreamlitCommand {
    private static final long PROBE_SECONDS = 30;
    private static final String BASE_PATH = "--server.baseUrlPath";
    private static final Path SHELL = Path.of("/bin/sh");

    /**
     * Executes Streamlit and leaves a background shell that blocks on the gateway's pipe. When the gateway ends in any
     * way, the pipe is closed and the shell stops Streamlit. {@code %s} is the target of the signals.
     */
    private static final String WATCHDOG = """
            exec 3<&0 </dev/null
            (
              trap '' TERM INT HUP
              exec >/dev/null 2>&1
              read -r nothing <&3
              kill -s TERM -- %1$s
              sleep 5
              kill -s KILL -- %1$s
            ) &
            exec 3<&-
            exec "$@"
            """;

    private StreamlitCommand() {}

    /**
     * Builds the command. Its options override a base path and TLS settings in {@code config.toml} or in environment
     * variables, because the gateway itself adds the path prefix and TLS, and connects in plain text over loopback.
     *
     * @param basePath path at which the gateway addresses Streamlit, unless the arguments set another
     * @throws IOException when Streamlit is not found; the message is meant for users
     */
    static List<String> of(Launch launch, int port, String basePath) throws IOException {
        if (File.separatorChar == '\\') {
            throw new IOException(
                    "the gateway cannot start apps on Windows; start them yourself and configure their" + " addresses");
        }
        List<String> command = new ArrayList<>(wrapper());
        command.addAll(launch.command().isEmpty() ? installed() : checked(launch.command()));
        command.addAll(List.of(
                "run",
                launch.script(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--server.headless=true",
                "--browser.gatherUsageStats=false",
                "--server.sslCertFile=",
                "--server.sslKeyFile="));
        if (configuredBasePath(launch.arguments()) == null) {
            command.add(BASE_PATH + "=" + basePath);
        }
        command.addAll(launch.arguments());
        return command;
    }

    /** Returns the base path set by the arguments, or else {@code basePath}: empty, or with a leading slash only. */
    static String basePath(List<String> arguments, String basePath) {
        String configured = configuredBasePath(arguments);
        String path = configured == null ? basePath : configured;
        int start = 0;
        int end = path.length();
        while (start < end && path.charAt(start) == '/') {
            start++;
        }
        while (end > start && path.charAt(end - 1) == '/') {
            end--;
        }
        return start == end ? "" : "/" + path.substring(start, end);
    }

    private static String configuredBasePath(List<String> arguments) {
        for (int i = arguments.size() - 1; i >= 0; i--) { // the last option wins
            String argument = arguments.get(i);
            if (argument.startsWith(BASE_PATH + "=")) {
                return argument.substring(BASE_PATH.length() + 1);
            }
            if (argument.equals(BASE_PATH) && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
        }
        return null;
    }

    private static List<String> wrapper() {
        List<String> command = new ArrayList<>(processGroup());
        if (Files.isExecutable(SHELL)) {
            String target = command.isEmpty() ? "$$" : "-$$"; // setsid makes the process id the id of the group
            command.addAll(List.of(SHELL.toString(), "-c", WATCHDOG.formatted(target), "streamlit-gateway"));
        }
        return command;
    }

    /** Creates a process group, which allows to stop Streamlit together with its descendants. */
    private static List<String> processGroup() {
        return onPath("setsid").map(setsid -> List.of(setsid.toString())).orElse(List.of());
    }

    static boolean hasProcessGroup() {
        return !processGroup().isEmpty();
    }

    private static List<String> installed() throws IOException {
        Optional<Path> streamlit = onPath("streamlit");
        if (streamlit.isPresent()) {
            return List.of(streamlit.get().toString());
        }
        Optional<Path> python = onPath("python3");
        if (python.isPresent() && hasModule(python.get())) {
            return List.of(python.get().toString(), "-m", "streamlit");
        }
        throw new IOException("Streamlit not found: neither streamlit nor python3 -m streamlit is available; install it"
                + " with pip install streamlit, or set --streamlit-command (command: in a file)");
    }

    private static List<String> checked(List<String> command) throws IOException {
        String program = command.get(0);
        boolean exists = program.indexOf(File.separatorChar) >= 0
                ? Files.isExecutable(Path.of(program))
                : onPath(program).isPresent();
        if (!exists) {
            throw new IOException("the command " + program + " was not found, or is not executable");
        }
        return command;
    }

    private static boolean hasModule(Path python) throws IOException {
        Process probe = new ProcessBuilder(
                        python.toString(),
                        "-c",
                        "import importlib.util as u,sys;sys.exit(not u.find_spec('streamlit'))")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            probe.destroyForcibly();
        }
    }

    private static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
