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

/** The words that start Streamlit on one script and port. */
final class StreamlitCommand {
    private static final long PROBE_SECONDS = 30;
    private static final String BASE_PATH = "--server.baseUrlPath";
    private static final Path SHELL = Path.of("/bin/sh");

    /**
     * Becomes Streamlit, and leaves behind a shell that reads from the gateway's pipe: it comes to its end with the
     * gateway, however that ended, and then so does Streamlit. {@code %s} stands for whom the signals are for.
     */
    private static final String WATCHED = """
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
     * The command. What a config.toml or a variable may say of the base path and of TLS is overruled: the gateway puts
     * the path and TLS before the app, and speaks to it in the clear, on loopback.
     *
     * @param basePath path under which the gateway addresses it, unless the arguments say another
     * @throws IOException when there is no Streamlit, with a text fit for a user
     */
    static List<String> of(Launch launch, int port, String basePath) throws IOException {
        if (File.separatorChar == '\\') {
            throw new IOException("on Windows the gateway does not start apps; name their addresses instead");
        }
        List<String> words = new ArrayList<>(launcher());
        words.addAll(launch.command().isEmpty() ? installed() : existing(launch.command()));
        words.addAll(List.of(
                "run",
                launch.script(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--server.headless=true",
                "--browser.gatherUsageStats=false",
                "--server.sslCertFile=",
                "--server.sslKeyFile="));
        if (givenBasePath(launch.arguments()) == null) {
            words.add(BASE_PATH + "=" + basePath);
        }
        words.addAll(launch.arguments());
        return words;
    }

    /** Streamlit's base path, as the arguments set it or else as it is given: empty, or with a slash in front only. */
    static String basePath(List<String> arguments, String basePath) {
        String given = givenBasePath(arguments);
        String path = given == null ? basePath : given;
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

    private static String givenBasePath(List<String> arguments) {
        for (int i = arguments.size() - 1; i >= 0; i--) { // the last counts
            String word = arguments.get(i);
            if (word.startsWith(BASE_PATH + "=")) {
                return word.substring(BASE_PATH.length() + 1);
            }
            if (word.equals(BASE_PATH) && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
        }
        return null;
    }

    private static List<String> launcher() {
        List<String> words = new ArrayList<>(group());
        if (Files.isExecutable(SHELL)) {
            String whom = words.isEmpty() ? "$$" : "-$$"; // setsid keeps the process id, and makes it the group's
            words.addAll(List.of(SHELL.toString(), "-c", WATCHED.formatted(whom), "streamlit-gateway"));
        }
        return words;
    }

    /** A process group of its own, so that it can be stopped with all that it starts. */
    private static List<String> group() {
        return onPath("setsid").map(setsid -> List.of(setsid.toString())).orElse(List.of());
    }

    static boolean hasGroup() {
        return !group().isEmpty();
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
        throw new IOException("no Streamlit found: neither streamlit nor python3 -m streamlit; install it with"
                + " pip install streamlit, or name it with --streamlit-command (command: in a file)");
    }

    private static List<String> existing(List<String> command) throws IOException {
        String program = command.get(0);
        boolean exists = program.indexOf(File.separatorChar) >= 0
                ? Files.isExecutable(Path.of(program))
                : onPath(program).isPresent();
        if (!exists) {
            throw new IOException("the command " + program + " is not a program that can be run");
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
        } catch (InterruptedException stopping) {
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
