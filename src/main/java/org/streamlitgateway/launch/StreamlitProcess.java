package org.streamlitgateway.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.HostPort;

/**
 * Keeps one Streamlit running. Its output goes to the log line by line. When it dies it is started again after a
 * pause that doubles from {@link #FIRST_PAUSE_MILLIS} to {@link #LONGEST_PAUSE_MILLIS}, and starts over once it has
 * been healthy. State is guarded by {@code this}; one thread of its own does the watching.
 */
final class StreamlitProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamlitProcess.class);
    private static final Logger OUTPUT = LoggerFactory.getLogger("streamlit");
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long HEALTH_PERIOD_MILLIS = 100;
    private static final long HEALTH_TIMEOUT_MILLIS = 2000;
    private static final long TERM_SECONDS = 8;
    private static final long KILL_SECONDS = 5;

    private final Launch launch;
    private final HostPort address;
    private final String healthPath;
    private final List<String> command;
    private final List<String> trusted;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(HEALTH_TIMEOUT_MILLIS))
            .build();
    private final Thread watcher = new Thread(this::watch, "streamlit-watcher");

    private Process process;
    private boolean healthy;
    private boolean closed;
    private String givenUp;

    private StreamlitProcess(Launch launch, HostPort address, List<String> trusted) throws IOException {
        this.launch = launch;
        this.address = address;
        this.healthPath = basePath(launch.arguments()) + "/_stcore/health";
        this.command = StreamlitCommand.of(launch, address.port());
        this.trusted = trusted;
        watcher.setDaemon(true);
    }

    /**
     * Starts Streamlit; it is not healthy yet when this returns.
     *
     * @param trusted addresses whose X-Forwarded-For Streamlit may believe, besides the gateway's own
     * @throws IOException when it cannot be started, with a text fit for a user
     */
    static StreamlitProcess start(Launch launch, HostPort address, List<String> trusted) throws IOException {
        StreamlitProcess streamlit = new StreamlitProcess(launch, address, trusted);
        streamlit.spawn();
        streamlit.watcher.start();
        return streamlit;
    }

    synchronized boolean isHealthy() {
        return healthy;
    }

    /** Why it is not started again; {@code null} while it is. */
    synchronized String givenUp() {
        return givenUp;
    }

    /**
     * Waits for the health page to say {@code ok}.
     *
     * @throws IOException when Streamlit ended before, or took longer
     */
    synchronized void awaitHealthy(Duration longest) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!healthy) {
            if (givenUp != null) {
                throw new IOException(givenUp);
            }
            if (closed) {
                throw new IOException("stopped before Streamlit was healthy");
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new IOException("Streamlit is not healthy after " + longest.toSeconds() + " s; see its output");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private void watch() {
        long pause = FIRST_PAUSE_MILLIS;
        boolean everHealthy = false;
        int deaths = 0;
        try {
            while (!isClosed()) {
                Process current = current();
                if (awaitHealth(current)) {
                    everHealthy = true;
                    deaths = 0;
                    pause = FIRST_PAUSE_MILLIS;
                }
                int exit = current.waitFor();
                setHealthy(false);
                signal(List.of(), current.pid(), "KILL"); // what the dead one has left behind
                if (isClosed()) {
                    return;
                }
                if (!everHealthy) {
                    giveUp("Streamlit ended with exit code " + exit + " before it was healthy; see its output");
                    return;
                }
                if (deaths++ >= launch.maxRestarts()) {
                    giveUp("Streamlit ended " + deaths + " times without being healthy between, the last time with"
                            + " exit code " + exit + "; it is not started again (max-restarts)");
                    return;
                }
                LOG.warn("Streamlit ended with exit code {}; it is started again in {} ms", exit, pause);
                if (!sleep(pause)) {
                    return;
                }
                pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
                spawn();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException failure) {
            giveUp("Streamlit cannot be started again: " + failure.getMessage());
        }
    }

    private boolean awaitHealth(Process current) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + healthPath))
                .timeout(Duration.ofMillis(HEALTH_TIMEOUT_MILLIS))
                .build();
        while (!isClosed() && !current.waitFor(HEALTH_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200 && answer.body().trim().equals("ok")) {
                    setHealthy(true);
                    LOG.info("Streamlit is healthy at {} (process {})", address, current.pid());
                    return true;
                }
            } catch (IOException notYet) {
                LOG.trace("not healthy yet", notYet);
            }
        }
        return false;
    }

    private void spawn() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        StreamlitCommand.environment(builder.environment(), trusted);
        builder.environment().putAll(launch.environment());
        if (launch.workingDirectory() != null) {
            builder.directory(launch.workingDirectory().toFile());
        }
        LOG.debug("starting {}", command);
        Process started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = builder.start();
            process = started;
        }
        started.getOutputStream().close();
        Thread reader = new Thread(() -> passOn(started), "streamlit-output");
        reader.setDaemon(true);
        reader.start();
    }

    private static void passOn(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    OUTPUT.info("{}", line.strip());
                }
            }
        } catch (IOException ended) {
            LOG.trace("end of Streamlit's output", ended);
        }
    }

    private synchronized boolean sleep(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!closed && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, deadline - System.nanoTime()));
        }
        return !closed;
    }

    private synchronized void setHealthy(boolean healthy) {
        this.healthy = healthy;
        notifyAll();
    }

    private synchronized void giveUp(String why) {
        givenUp = why;
        notifyAll();
        LOG.error(why);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Process current() {
        return process;
    }

    /** Ends Streamlit and all that it started: asked first, killed after {@value #TERM_SECONDS} s. */
    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
            notifyAll();
        }
        List<ProcessHandle> family = Stream.concat(last.toHandle().descendants(), Stream.of(last.toHandle()))
                .toList();
        try {
            signal(family, last.pid(), "TERM");
            if (!last.waitFor(TERM_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Streamlit did not end in {} s and is killed", TERM_SECONDS);
            }
            signal(family, last.pid(), "KILL");
            last.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** To the whole group where there is one, and to the descendants that are known. */
    private static void signal(List<ProcessHandle> family, long group, String signal) throws InterruptedException {
        if (StreamlitCommand.hasGroup()) {
            try {
                new ProcessBuilder("/bin/kill", "-" + signal, "--", "-" + group)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor(KILL_SECONDS, TimeUnit.SECONDS);
            } catch (IOException noKill) {
                LOG.debug("no /bin/kill", noKill);
            }
        }
        family.forEach(signal.equals("TERM") ? ProcessHandle::destroy : ProcessHandle::destroyForcibly);
    }

    /** Streamlit's own base path, when the arguments set one. */
    private static String basePath(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            boolean next = word.equals("--server.baseUrlPath") && i + 1 < arguments.size();
            if (next || word.startsWith("--server.baseUrlPath=")) {
                String path = next ? arguments.get(i + 1) : word.substring(word.indexOf('=') + 1);
                String bare = path.replaceAll("^/+|/+$", "");
                return bare.isEmpty() ? "" : "/" + bare;
            }
        }
        return "";
    }
}
