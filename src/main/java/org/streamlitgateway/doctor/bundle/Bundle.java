package org.streamlitgateway.doctor.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.doctor.probe.Browser;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.report.Report;
import org.streamlitgateway.outcome.FailureText;

/** Contents of the zip file. Secrets of the configuration are removed from every text. */
public final class Bundle {
    private static final int MAX_PAGE_BYTES = 8 << 20;
    private static final int MAX_LOG_BYTES = 4 << 20;
    private static final int LOG_LINES = 1000;
    private static final List<String> VARIABLES = List.of(
            "STREAMLIT_",
            "PROXY_",
            "FORWARDED_ALLOW_IPS",
            "JAVA_",
            "JDK_",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "KUBERNETES_SERVICE_HOST",
            "CATALINA_",
            "JETTY_",
            "OTEL_",
            "STATE_DIRECTORY",
            "TZ",
            "LANG",
            "LC_");

    private final ConfiguredSecrets secrets;
    private final Map<String, String> files = new LinkedHashMap<>();

    /**
     * Creates an empty bundle.
     *
     * @param secretSettings values of secret settings, which are removed
     * @param config the configuration whose secrets are removed, too; {@code null} for none
     */
    public Bundle(List<String> secretSettings, GatewayConfig config) {
        secrets = new ConfiguredSecrets(secretSettings, config);
    }

    private void add(String name, String text) {
        files.put(name, secrets.removedFrom(text));
    }

    /** Adds what the doctor has found. */
    public void addReport(Report report) {
        add("report.txt", report.text());
        add("report.json", report.json());
    }

    /** Adds the effective configuration, which has no secrets. */
    public void addConfiguration(String effective) {
        add("configuration.txt", effective);
    }

    /** Adds versions, and names of variables and properties, but not their values. */
    public void addVersions(String gatewayVersion) {
        StringBuilder text = new StringBuilder("gateway " + gatewayVersion + "\n");
        for (String property : List.of(
                "java.version", "java.vendor", "java.vm.name", "os.name", "os.version", "os.arch", "file.encoding")) {
            text.append(property)
                    .append(' ')
                    .append(System.getProperty(property))
                    .append('\n');
        }
        Runtime runtime = Runtime.getRuntime();
        text.append("processors ").append(runtime.availableProcessors()).append('\n');
        text.append("heap limit ").append(runtime.maxMemory() >> 20).append(" MB\n");
        text.append("container ").append(container()).append('\n');
        add("versions.txt", text.toString());
        TreeSet<String> names = new TreeSet<>();
        System.getenv().keySet().stream()
                .filter(name -> VARIABLES.stream().anyMatch(name.toUpperCase(Locale.ROOT)::startsWith))
                .forEach(names::add);
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("streamlit-gateway."))
                .forEach(name -> names.add("-D" + name));
        add("variables.txt", "Names only; values may be secret.\n" + String.join("\n", names) + "\n");
    }

    private static String container() {
        return System.getenv("KUBERNETES_SERVICE_HOST") != null
                ? "Kubernetes"
                : Files.exists(Path.of("/.dockerenv"))
                        ? "Docker"
                        : Files.exists(Path.of("/run/.containerenv")) ? "Podman" : "none seen";
    }

    /** Adds status and metrics of a running gateway, as far as it shows them to this machine. */
    public void addPages(Target gateway) {
        add("status.json", page(gateway, "_gateway/status", "Accept: application/json"));
        add("metrics.txt", page(gateway, "_gateway/metrics", "Accept: text/plain"));
    }

    private static String page(Target gateway, String path, String accept) {
        try {
            Response response = new Browser(gateway).fetch(gateway.path() + path, MAX_PAGE_BYTES, accept);
            return response.status() == 200 && !response.isHtml()
                    ? response.text()
                    : "not available: " + gateway + path + " answered " + response.status() + "\n";
        } catch (ProbeException e) {
            return "not available: " + e.getMessage() + "\n";
        }
    }

    /**
     * Adds the last lines of a log.
     *
     * @param log the file, or {@code null} for none
     */
    public void addLog(Path log) {
        if (log == null) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(0, file.length() - MAX_LOG_BYTES);
            byte[] end = new byte[(int) (file.length() - start)];
            file.seek(start);
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            add(
                    "log.txt",
                    String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())) + "\n");
        } catch (IOException e) {
            add("log.txt", "cannot be read: " + FailureText.of(e) + "\n");
        }
    }

    /**
     * Adds a thread dump.
     *
     * @param pid process of the gateway; 0 for none
     */
    public void addThreads(long pid) {
        if (pid > 0) {
            add("threads.txt", ThreadDump.of(pid));
        }
    }

    /** Writes the zip file, which only its owner can read. Replaces an existing file, but nothing else, such as a device. */
    public void write(Path zip) throws IOException {
        if (Files.exists(zip) && !Files.isRegularFile(zip)) {
            throw new IOException(zip + " is not a file");
        }
        Files.deleteIfExists(zip);
        if (zip.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(zip, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream entries = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                entries.putNextEntry(new ZipEntry(file.getKey()));
                entries.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                entries.closeEntry();
            }
        }
    }
}
