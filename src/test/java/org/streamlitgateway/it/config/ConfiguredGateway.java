package org.streamlitgateway.it.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/** {@code java -jar streamlit-gateway.war --config gateway.yaml}, with a configuration file that the test can edit. */
public final class ConfiguredGateway implements AutoCloseable {
    /** Longest wait for events that need a JVM to start or a replica to become healthy. */
    public static final Duration LONG = Duration.ofSeconds(60);

    public static final String COOKIE = "streamlit_gateway_replica";

    /** Short health intervals, with long timeouts for a busy machine. */
    private static final String SETTINGS = """
            proxy-host: 127.0.0.1
            proxy-port: 0
            health-interval: 500ms
            health-timeout: 20s
            connect-timeout: 20s
            sticky-key: 0123456789abcdef0123456789
            ping-interval: 5s
            pong-timeout: 60s
            """;

    private final Path file;
    private final LaunchedProcess process;
    private final URI uri;

    private ConfiguredGateway(Path file, LaunchedProcess process) {
        this.file = file;
        this.process = process;
        this.uri = WarDeployment.readyAddress(process);
    }

    /**
     * Starts a gateway with these apps.
     *
     * @param apps the lines below {@code apps:}, indented by two
     */
    public static ConfiguredGateway start(WarDeployment war, Path folder, String apps) throws IOException {
        return start(war, folder, "", apps);
    }

    /**
     * Starts a gateway with these apps and settings.
     *
     * @param settings additional lines for the gateway itself
     */
    public static ConfiguredGateway start(WarDeployment war, Path folder, String settings, String apps)
            throws IOException {
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(file, SETTINGS + settings + "apps:\n" + apps);
        return new ConfiguredGateway(file, war.launch(List.of("--config", file.toString()), Map.of()));
    }

    /** Returns the YAML of an app with these replicas. */
    public static String app(String path, FakeStreamlit... replicas) {
        StringBuilder text = new StringBuilder("  " + path + ":\n    replicas:\n");
        for (FakeStreamlit replica : replicas) {
            text.append("      - 127.0.0.1:").append(replica.port()).append('\n');
        }
        return text.toString();
    }

    /** Returns the YAML of one more replica, which drains, for the preceding app. */
    public static String draining(FakeStreamlit replica) {
        return "      - {address: 127.0.0.1:" + replica.port() + ", drain: yes}\n";
    }

    public void edit(String apps) throws IOException {
        edit("", apps);
    }

    public void edit(String settings, String apps) throws IOException {
        Files.writeString(file, SETTINGS + settings + "apps:\n" + apps);
    }

    public URI uri() {
        return uri;
    }

    public long pid() {
        return process.pid();
    }

    public String output() {
        return process.output();
    }

    public String awaitLine(String text) {
        return process.awaitLine(text);
    }

    public int terminate() {
        return process.terminate();
    }

    public RawResponse get(String target, String... fieldLines) {
        try (RawHttp http = RawHttp.connect(uri)) {
            return http.get(target, fieldLines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int status(String target, String... fieldLines) {
        return get(target, fieldLines).status();
    }

    /** Returns the response to a new visitor whose browser opens this page. */
    public RawResponse open(String target) {
        return get(target, "Accept: text/html");
    }

    /** Returns name and value of the sticky cookie. */
    public static String stickyPair(RawResponse answer) {
        return answer.head().all("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith(COOKIE))
                .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sticky cookie in " + answer));
    }

    @Override
    public void close() {
        process.close();
        try {
            Path logs = Files.createDirectories(Path.of("target/gateway-logs"));
            Files.writeString(logs.resolve("ConfiguredGateway-" + process.pid() + ".log"), process.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
