package org.streamlitgateway.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;

/**
 * Supervisor of one Streamlit process: starts it, checks that it becomes healthy, and restarts it when it ends.
 *
 * <pre>
 *   STARTING ──health page says ok──▶ HEALTHY ──ended, or over its memory limit──▶ RESTARTING ──▶ STARTING
 *      │                                                                              │
 *      └──ended or too slow before it was ever healthy──▶ FAILED ◀──too many restarts──┘
 * </pre>
 *
 * The pause before a restart doubles from {@link #FIRST_PAUSE_MILLIS} to {@link #MAX_PAUSE_MILLIS}. Pause and number of
 * restarts are reset once the process was healthy for {@link #STEADY}. Standard output and error go to the log by line.
 *
 * <p>{@code process} and {@code closed} are guarded by {@code this}. The watcher thread writes all volatile fields, except
 * that {@link #close} clears {@code healthy}.
 */
final class StreamlitProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamlitProcess.class);
    private static final Logger OUTPUT = LoggerFactory.getLogger("streamlit");
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long MAX_PAUSE_MILLIS = 30_000;
    private static final long HEALTH_PERIOD_MILLIS = 100;
    private static final long HEALTH_TIMEOUT_MILLIS = 2000;
    private static final long MEMORY_PERIOD_MILLIS = 500;
    private static final Duration MAX_START = Duration.ofSeconds(90);
    private static final Duration STEADY = Duration.ofMinutes(1);
    private static final long TERM_SECONDS = 8;
    private static final long KILL_SECONDS = 5;
    /** Wait for remaining output before the exit is reported; a child that outlives Streamlit may keep the pipe open. */
    private static final long OUTPUT_MILLIS = 1000;

    private static final int MEGABYTE_BITS = 20;

    private final String name;
    private final String replica;
    private final Launch launch;
    private final HostPort address;
    private final String healthPath;
    private final List<String> command;
    private final LaunchContext context;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(HEALTH_TIMEOUT_MILLIS))
            .build();
    private final Thread watcher = new Thread(this::watch, "streamlit-watcher");

    private Process process;
    private boolean closed;
    private volatile Thread outputReader;
    private volatile boolean healthy;
    private volatile Outcome unavailable;
    private volatile String failure;
    private volatile long failedNanos;
    private final AtomicInteger restartCount = new AtomicInteger();
    private volatile ProcessStatus.End lastEnd;

    private StreamlitProcess(String name, String replica, Launch launch, HostPort address, LaunchContext context)
            throws IOException {
        this.name = name;
        this.replica = replica;
        this.launch = launch;
        this.address = address;
        this.healthPath = StreamlitCommand.basePath(launch.arguments(), context.basePath()) + "/_stcore/health";
        this.command = StreamlitCommand.of(launch, address.port(), context.basePath());
        this.context = context;
        watcher.setDaemon(true);
    }

    /**
     * Starts Streamlit and returns before it is healthy.
     *
     * @param name name of the process in the log
     * @param replica name of the process among those of its app
     * @throws IOException when the process cannot be started; the message is meant for users
     */
    static StreamlitProcess start(String name, String replica, Launch launch, HostPort address, LaunchContext context)
            throws IOException {
        StreamlitProcess streamlit = new StreamlitProcess(name, replica, launch, address, context);
        if (launch.memoryBytes() > 0 && !ProcessMemory.isAvailable()) {
            LOG.warn("{}: this system does not report the memory of processes; its memory limit has no effect", name);
        }
        streamlit.spawn();
        streamlit.watcher.start();
        return streamlit;
    }

    boolean isHealthy() {
        return healthy;
    }

    /** Returns the reason why the process is not restarted any more; {@code null} while it is supervised. */
    String failure() {
        return failure;
    }

    /** Returns the process number, memory and history of this process. Reads from {@code /proc}. */
    ProcessStatus status() {
        Process current = current();
        return current == null || !current.isAlive()
                ? history()
                : new ProcessStatus(
                        current.pid(), ProcessMemory.bytes(current.toHandle()), restartCount.get(), lastEnd);
    }

    ProcessStatus history() {
        return new ProcessStatus(0, 0, restartCount.get(), lastEnd);
    }

    boolean hasFailedFor(Duration time) {
        return failure != null && System.nanoTime() - failedNanos > time.toNanos();
    }

    /** Returns the outcome for visitors while the process is not healthy; {@code null} during its first start. */
    Outcome unavailable() {
        return unavailable;
    }

    /**
     * Waits until the health page says {@code ok}. The watcher bounds the wait.
     *
     * @throws IOException when Streamlit ended or took too long; the message is meant for users
     */
    synchronized void awaitHealthy() throws IOException, InterruptedException {
        while (!healthy) {
            if (failure != null) {
                throw new IOException(failure);
            }
            if (closed) {
                throw new IOException(name + " was stopped before it became healthy");
            }
            wait();
        }
    }

    private void watch() {
        try {
            boolean everHealthy = false;
            long pause = FIRST_PAUSE_MILLIS;
            for (int restarts = 0; !isClosed(); restarts++) {
                Process current = current();
                long healthySince = awaitHealth(current) ? System.nanoTime() : 0;
                everHealthy = everHealthy || healthySince != 0;
                boolean overMemory = healthySince != 0 && awaitEnd(current);
                if (isClosed()) {
                    return;
                }
                setHealthy(false);
                String ended = describeEnd(current, healthySince != 0);
                signal(List.of(), current.pid(), "KILL"); // descendants that outlived the process
                outputReader.join(OUTPUT_MILLIS);
                if (!everHealthy) {
                    fail(Outcome.NOT_STARTED, name + " " + ended + " before it became healthy; see its output");
                    return;
                }
                if (healthySince != 0 && System.nanoTime() - healthySince > STEADY.toNanos()) {
                    restarts = 0;
                    pause = FIRST_PAUSE_MILLIS;
                }
                if (restarts >= launch.maxRestarts()) {
                    fail(
                            overMemory ? Outcome.OVER_MEMORY_TOO_OFTEN : Outcome.ENDED_TOO_OFTEN,
                            name + " " + ended + "; not restarting it, as its limit of " + restarts
                                    + (restarts == 1 ? " restart" : " restarts") + " is reached (max-restarts)");
                    return;
                }
                unavailable = overMemory ? Outcome.OVER_MEMORY : Outcome.RESTARTING;
                lastEnd = new ProcessStatus.End(Instant.now(), ended + (overMemory ? ", over its memory limit" : ""));
                restartCount.incrementAndGet();
                LOG.warn("{} {}; restarting it in {} ms", name, ended, pause);
                if (!sleep(pause)) {
                    return;
                }
                pause = Math.min(pause * 2, MAX_PAUSE_MILLIS);
                spawn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            fail(Outcome.NOT_STARTED, "cannot restart " + name + ": " + e.getMessage());
        }
    }

    private String describeEnd(Process current, boolean wasHealthy) throws InterruptedException {
        if (!wasHealthy && current.isAlive()) {
            end(current);
            return "was still not healthy after " + MAX_START.toSeconds() + " s and was stopped";
        }
        return "ended with exit code " + current.waitFor();
    }

    /** Returns when the process has ended; true if the gateway stopped it because of its memory limit. */
    private boolean awaitEnd(Process current) throws InterruptedException {
        if (launch.memoryBytes() == 0) {
            current.waitFor();
            return false;
        }
        while (!current.waitFor(MEMORY_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            long bytes = ProcessMemory.bytes(current.toHandle());
            if (bytes > launch.memoryBytes() && !isClosed()) {
                setHealthy(false); // first, to keep new visitors away
                unavailable = Outcome.OVER_MEMORY;
                LOG.warn(
                        "{} uses {} MB, over its limit of {} MB (memory); stopping it",
                        name,
                        bytes >> MEGABYTE_BITS,
                        launch.memoryBytes() >> MEGABYTE_BITS);
                end(current);
                return true;
            }
        }
        return false;
    }

    private boolean awaitHealth(Process current) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + healthPath))
                .timeout(Duration.ofMillis(HEALTH_TIMEOUT_MILLIS))
                .build();
        long deadline = System.nanoTime() + MAX_START.toNanos();
        while (!isClosed() && !current.waitFor(HEALTH_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200 && response.body().trim().equals("ok")) {
                    setHealthy(true);
                    LOG.info("{} is healthy at {} (process {})", name, address, current.pid());
                    return true;
                }
            } catch (IOException e) {
                LOG.trace("{} is not healthy yet", name, e);
            }
        }
        return false;
    }

    private void spawn() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        AppEnvironment.prepare(builder.environment(), launch, context, replica);
        if (launch.workingDirectory() != null) {
            builder.directory(launch.workingDirectory().toFile());
        }
        LOG.debug("starting {}", Secrets.commandLine(command.subList(command.indexOf("run"), command.size())));
        Process started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = builder.start(); // its standard input stays open until the gateway ends: see StreamlitCommand
            process = started;
        }
        Thread reader = new Thread(() -> logOutput(started), "streamlit-output");
        reader.setDaemon(true);
        reader.start();
        outputReader = reader;
    }

    private void logOutput(Process process) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            LineReader lines = new LineReader(reader);
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    OUTPUT.info("{}: {}", name, Printable.of(line.strip(), LineReader.MAX_CHARACTERS));
                }
            }
        } catch (IOException e) {
            LOG.trace("{}: the output ended", name, e);
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
        if (healthy) {
            unavailable = null;
        }
        notifyAll();
    }

    private synchronized void fail(Outcome outcome, String reason) {
        unavailable = outcome;
        failedNanos = System.nanoTime();
        failure = reason;
        lastEnd = new ProcessStatus.End(Instant.now(), reason);
        notifyAll();
        LOG.error("{}", reason);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Process current() {
        return process;
    }

    /** Ends Streamlit and its descendants: by SIGTERM, and by SIGKILL after {@value #TERM_SECONDS} s. */
    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            healthy = false;
            last = process;
            notifyAll();
        }
        try {
            end(last);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Process process) throws InterruptedException {
        List<ProcessHandle> family = Stream.concat(process.toHandle().descendants(), Stream.of(process.toHandle()))
                .toList();
        try {
            signal(family, process.pid(), "TERM");
            if (!process.waitFor(TERM_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{} did not end within {} s; killing it", name, TERM_SECONDS);
            }
            signal(family, process.pid(), "KILL");
            process.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            family.forEach(ProcessHandle::destroyForcibly);
            throw e;
        }
    }

    /** Signals the process group, if there is one, and all processes in {@code family}. */
    private static void signal(List<ProcessHandle> family, long group, String signal) throws InterruptedException {
        if (StreamlitCommand.hasProcessGroup()) {
            try {
                new ProcessBuilder("/bin/kill", "-" + signal, "--", "-" + group)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor(KILL_SECONDS, TimeUnit.SECONDS);
            } catch (IOException e) {
                LOG.debug("cannot run /bin/kill", e);
            }
        }
        family.forEach(signal.equals("TERM") ? ProcessHandle::destroy : ProcessHandle::destroyForcibly);
    }
}
