package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.streamlitgateway.fixture.Ports;

/** A real Streamlit on a free loopback port, which can be stopped and started again on that port. */
public final class StreamlitProcess implements AutoCloseable {
    private static final Duration UP = Duration.ofSeconds(60);
    private static final Duration DOWN = Duration.ofSeconds(15);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /** The Python module of channels, used as if it were installed. */
    private static final Path MODULE = Path.of("src/main/python").toAbsolutePath();

    private final Path app;
    private final String basePath;
    private final Map<String, String> environment;
    private final Socket held;
    private final int port;
    private final Path log;
    private Process process;

    /**
     * Reserves a port and starts nothing yet.
     *
     * @param basePath the value of {@code server.baseUrlPath} with both slashes; {@code /} for none
     * @param environment additional environment variables of the app
     */
    public StreamlitProcess(Path app, String basePath, Map<String, String> environment) throws IOException {
        this.app = app;
        this.basePath = basePath;
        this.environment = environment;
        held = Ports.hold();
        port = held.getLocalPort();
        log = Artifacts.directory("logs").resolve("streamlit-" + port + ".log");
    }

    public int port() {
        return port;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port + basePath);
    }

    /** Starts Streamlit and waits until it is healthy. */
    public void start() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                InstalledProgram.STREAMLIT.path().toString(),
                "run",
                app.toAbsolutePath().toString()));
        command.addAll(List.of("--server.headless", "true", "--server.address", "127.0.0.1"));
        command.addAll(List.of("--server.port", String.valueOf(port), "--server.fileWatcherType", "none"));
        command.addAll(List.of("--browser.gatherUsageStats", "false"));
        if (!basePath.equals("/")) {
            command.addAll(List.of("--server.baseUrlPath", basePath));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("PYTHONPATH", MODULE.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("STREAMLIT"));
        // otherwise uvicorn would trust forwarding headers of peers other than loopback
        builder.environment().remove("FORWARDED_ALLOW_IPS");
        builder.environment().putAll(environment);
        process = builder.start();
        awaitHealth();
    }

    /** Stops Streamlit as a user would, and waits until it has ended. */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(DOWN.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
    }

    /** Kills Streamlit, so that browsers get no close frame. */
    public void kill() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
        try {
            held.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String output() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitHealth() throws InterruptedException {
        long deadline = System.nanoTime() + UP.toNanos();
        // the wait for the process's end is also the pause between two health checks
        while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
            if (isHealthy()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("Streamlit was not healthy within " + UP + ":\n" + output());
            }
        }
        throw new IllegalStateException("Streamlit ended with " + process.exitValue() + ":\n" + output());
    }

    /** Reads the body too, as Streamlit answers any unknown path with 200 and its page. */
    private boolean isHealthy() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri().resolve("_stcore/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HTTP.send(request, BodyHandlers.ofString()).body().equals("ok");
        } catch (IOException e) {
            return false;
        }
    }
}
