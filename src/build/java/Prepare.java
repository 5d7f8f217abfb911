import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prepares the programs that the integration tests and the demo need, and writes their paths to
 * {@code parts.properties}. Maven runs it as {@code java Prepare.java PARTS_FOLDER venv chromium} in the project's
 * folder. If a program cannot be provided, it prints one line to stderr and exits with 1: tests without it would prove
 * nothing.
 */
public final class Prepare {

    private static final Path REQUIREMENTS = Path.of("src/build/requirements.txt");
    private static final long PROBE_SECONDS = 60;
    private static final long INSTALL_SECONDS = 20 * 60;

    private final Path parts;

    private Prepare(Path parts) {
        this.parts = parts;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> wanted = List.of(args).subList(Math.min(1, args.length), args.length);
        if (wanted.isEmpty()
                || !List.of("venv", "chromium", "haproxy", "nginx", "caddy", "prometheus")
                        .containsAll(wanted)) {
            System.err.println("usage: java Prepare.java PARTS_FOLDER venv|chromium|haproxy|nginx|caddy|prometheus...");
            System.exit(2);
        }
        Path parts = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
        // Prevents two builds of one checkout from creating the same environment at once.
        try (var lock = FileChannel.open(parts.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = lock.lock()) {
            var prepare = new Prepare(parts);
            for (String part : wanted) {
                switch (part) {
                    case "venv" -> prepare.venv();
                    case "haproxy" -> prepare.proxy("haproxy", "HAProxy", "/usr/sbin/haproxy", "-v");
                    case "nginx" -> prepare.proxy("nginx", "nginx", "/usr/sbin/nginx", "-v");
                    case "prometheus" -> prepare.proxy("prometheus", "Prometheus", "/usr/bin/prometheus", "--version");
                    case "caddy" -> prepare.proxy("caddy", "Caddy", "/usr/bin/caddy", "version");
                    default -> prepare.chromium();
                }
            }
        } catch (Missing missing) {
            System.err.println(missing.getMessage());
            System.exit(1);
        }
    }

    /** Creates the virtual environment. The stamp is written last: an environment without it is incomplete and replaced. */
    private void venv() throws IOException, InterruptedException, Missing {
        Path venv = parts.resolve("venv");
        Path stamp = venv.resolve("complete");
        Path python = venv.resolve("bin/python");
        Path streamlit = venv.resolve("bin/streamlit");
        Path log = parts.resolve("venv.log");
        String wanted = Files.readString(REQUIREMENTS) + venv + "\n";
        boolean complete = Files.exists(stamp)
                && Files.readString(stamp).equals(wanted)
                && works(python.toString(), "-c", "import streamlit");
        if (!complete) {
            require(
                    works("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"),
                    "Python 3.10 or later is missing: install it so that python3 is on the PATH"
                            + " (Debian: apt-get install python3 python3-venv)");
            System.out.println("Creating " + venv + " (a minute or two)");
            require(
                    run(log, List.of("python3", "-m", "venv", "--clear", venv.toString())),
                    "python3 cannot create a virtual environment: install its venv module"
                            + " (Debian: apt-get install python3-venv); its output is in " + log);
            // With an unreachable index, pip's default of five retries per package costs minutes.
            List<String> install = List.of(
                    python.toString(),
                    "-m",
                    "pip",
                    "install",
                    "--retries",
                    "1",
                    "--disable-pip-version-check",
                    "--no-input",
                    "--requirement",
                    REQUIREMENTS.toString());
            require(
                    run(log, install),
                    "pip cannot install " + REQUIREMENTS + ": make a package index reachable; its output is in " + log);
            require(works(python.toString(), "-c", "import streamlit"), "Streamlit does not start, see " + log);
            Files.writeString(stamp, wanted);
        }
        found("python", python);
        found("streamlit", streamlit);
    }

    private void chromium() throws IOException, InterruptedException, Missing {
        String configured = System.getenv("CHROMIUM");
        if (configured != null && !configured.isEmpty()) {
            require(
                    works(configured, "--version"),
                    "CHROMIUM=" + configured + " does not start: name a Chromium, or unset it");
            found("chromium", Path.of(configured));
            return;
        }
        Path chromium = installedChromium();
        if (chromium == null && isRoot() && isDebian()) {
            Path log = parts.resolve("chromium.log");
            System.out.println("Installing Debian's chromium");
            var apt = List.of("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300");
            var packages = List.of("install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core");
            require(
                    run(log, join(apt, List.of("update"))) && run(log, join(apt, packages)),
                    "apt-get cannot install chromium: install a Chromium or set CHROMIUM; its output is in " + log);
            chromium = installedChromium();
        }
        require(
                chromium != null,
                "Chromium is missing: install it (Debian, as root: apt-get install chromium fonts-dejavu-core),"
                        + " or set CHROMIUM to one");
        found("chromium", chromium);
    }

    /**
     * Finds or installs Debian's package of this name; the environment variable of the same name in capitals overrides
     * it.
     *
     * @param installed where the package installs the program
     * @param version argument that prints the program's version
     */
    private void proxy(String name, String title, String installed, String version)
            throws IOException, InterruptedException, Missing {
        String variable = name.toUpperCase(Locale.ROOT);
        String configured = System.getenv().getOrDefault(variable, installed);
        if (!works(configured, version) && isRoot() && isDebian()) {
            Path log = parts.resolve(name + ".log");
            System.out.println("Installing Debian's " + name);
            var apt = List.of("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300");
            require(
                    run(log, join(apt, List.of("update")))
                            && run(log, join(apt, List.of("install", "-y", "--no-install-recommends", name))),
                    "apt-get cannot install " + name + ": install it or set " + variable + "; its output is in " + log);
        }
        require(
                works(configured, version),
                title + " is missing: install it (Debian, as root: apt-get install " + name + "), or set " + variable
                        + " to one");
        found(name, Path.of(configured));
    }

    /** Returns a Chromium that starts: on some systems {@code chromium-browser} only refers to another package manager. */
    private static Path installedChromium() throws IOException, InterruptedException {
        var candidates = Stream.concat(
                Stream.of(Path.of("/usr/bin/chromium")),
                Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                        .flatMap(name -> Arrays.stream(System.getenv("PATH").split(":"))
                                .map(folder -> Path.of(folder, name).toAbsolutePath())));
        for (Path candidate : candidates.toList()) {
            if (Files.isExecutable(candidate) && works(candidate.toString(), "--version")) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean isRoot() throws IOException {
        return Files.isDirectory(Path.of("/proc/self"))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static boolean isDebian() {
        return Files.exists(Path.of("/etc/debian_version")) && Files.isExecutable(Path.of("/usr/bin/apt-get"));
    }

    /** Adds the part to {@code parts.properties}. */
    private void found(String key, Path part) throws IOException {
        Path file = parts.resolve("parts.properties");
        var known = new Properties();
        if (Files.exists(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                known.load(reader);
            }
        }
        known.setProperty(key, part.toAbsolutePath().toString());
        String lines = new TreeMap<>(known)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "="
                                + entry.getValue().toString().replace("\\", "\\\\") + "\n")
                        .collect(Collectors.joining());
        Files.writeString(file, lines);
        System.out.println(key + ": " + part);
    }

    /** Returns whether the command exits with 0; false if it does not exist. */
    private static boolean works(String... command) throws IOException, InterruptedException {
        return succeeds(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD), PROBE_SECONDS);
    }

    private static boolean run(Path log, List<String> command) throws IOException, InterruptedException {
        return succeeds(
                new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())),
                INSTALL_SECONDS);
    }

    private static boolean succeeds(ProcessBuilder command, long seconds) throws InterruptedException {
        command.redirectErrorStream(true).environment().put("DEBIAN_FRONTEND", "noninteractive");
        try {
            Process process = command.start();
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> join(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static void require(boolean condition, String problem) throws Missing {
        if (!condition) {
            throw new Missing(problem);
        }
    }

    private static final class Missing extends Exception {
        Missing(String message) {
            super(message);
        }
    }
}
