package org.streamlitgateway.launch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.streamlitgateway.config.AppConfig.Launch;

/** The words that start Streamlit on one script and port. */
final class StreamlitCommand {
    private static final long PROBE_SECONDS = 30;

    private StreamlitCommand() {}

    /** @throws IOException when there is no Streamlit, with a text fit for a user */
    static List<String> of(Launch launch, int port) throws IOException {
        List<String> words = new ArrayList<>(group());
        words.addAll(launch.command().isEmpty() ? installed() : existing(launch.command()));
        words.addAll(List.of(
                "run",
                launch.script(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--server.headless=true",
                "--browser.gatherUsageStats=false"));
        words.addAll(launch.arguments());
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

    /** What activating the virtual environment of the command would set, so that what the app starts finds it too. */
    static void activate(Map<String, String> environment, List<String> command) {
        Path bin = command.isEmpty() ? null : Path.of(command.get(0)).getParent();
        if (bin != null && bin.getParent() != null && Files.isRegularFile(bin.resolveSibling("pyvenv.cfg"))) {
            environment.put("VIRTUAL_ENV", bin.getParent().toString());
            environment.merge("PATH", bin.toString(), (path, first) -> first + File.pathSeparator + path);
            environment.remove("PYTHONHOME");
        }
    }

    /** Variables that make Streamlit believe the gateway's X-Forwarded-For and no other's. */
    static void environment(Map<String, String> environment, List<String> trusted) {
        List<String> peers = new ArrayList<>(List.of("127.0.0.1", "::1"));
        peers.addAll(trusted);
        environment.putIfAbsent("FORWARDED_ALLOW_IPS", String.join(",", peers));
        environment.put("PYTHONUNBUFFERED", "1");
    }
}
