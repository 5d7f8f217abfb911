package org.streamlitgateway.process;

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
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;

/**
 * Keeps one Streamlit running. Its output goes to the log line by line. When it dies it is started again after a
 * pause that doubles from {@link #FIRST_PAUSE_MILLIS} to {@link #LONGEST_PAUSE_MILLIS}; the pause and the count of deaths
 * begin anew once it has been healthy for {@link #STEADY}. State is written under {@code this}; one thread of its own
 * does the watching, and nobody else waits while a process is started.
 */
final class StreamlitProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamlitProcess.class);
    private static final Logger OUTPUT = LoggerFactory.getLogger("streamlit");
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long HEALTH_PERIOD_MILLIS = 100;
    private static final long HEALTH_TIMEOUT_MILLIS = 2000;
    private static final long MEMORY_PERIOD_MILLIS = 500;
    private static final Duration LONGEST_START = Duration.ofSeconds(90);
    private static final Duration STEADY = Duration.ofMinutes(1);
    private static final long TERM_SECONDS = 8;
    private static final long KILL_SECONDS = 5;
    /** How long its end is kept back for its last words; a child that outlives it may keep the pipe open. */
    private static final long LAST_WORDS_MILLIS = 1000;

    private static final int MEGABYTE_BITS = 20;

    private final String name;
    private final Launch launch;
    private final HostPort address;
    private final String healthPath;
    private final List<String> command;
    private final LaunchContext surroundings;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(HEALTH_TIMEOUT_MILLIS))
            .build();
    private final Thread watcher = new Thread(this::watch, "streamlit-watcher");

    private Process process;
    private boolean closed;
    private volatile Thread output;
    private volatile boolean healthy;
    private volatile Outcome trouble;
    private volatile String givenUp;
    private volatile long givenUpNanos;

    private StreamlitProcess(String name, Launch launch, HostPort address, LaunchContext surroundings)
            throws IOException {
        this.name = name;
        this.launch = launch;
        this.address = address;
        this.healthPath = StreamlitCommand.basePath(launch.arguments(), surroundings.basePath()) + "/_stcore/health";
        this.command = StreamlitCommand.of(launch, address.port(), surroundings.basePath());
        this.surroundings = surroundings;
        watcher.setDaemon(true);
    }

    /**
     * Starts Streamlit; it is not healthy yet when this returns.
     *
     * @param name what the log calls it
     * @throws IOException when it cannot be started, with a text fit for a user
     */
    static StreamlitProcess start(String name, Launch launch, HostPort address, LaunchContext surroundings)
            throws IOException {
        StreamlitProcess streamlit = new StreamlitProcess(name, launch, address, surroundings);
        if (launch.memoryBytes() > 0 && !ProcessMemory.isKnown()) {
            LOG.warn("{}: memory cannot be watched on this system; the limit has no effect", name);
        }
        streamlit.spawn();
        streamlit.watcher.start();
        return streamlit;
    }

    boolean isHealthy() {
        return healthy;
    }

    /** Why it is not started again; {@code null} while it is. */
    String givenUp() {
        return givenUp;
    }

    boolean isGivenUpFor(Duration time) {
        return givenUp != null && System.nanoTime() - givenUpNanos > time.toNanos();
    }

    /** What a visitor is told while it is not healthy; {@code null} as long as nothing went wrong. */
    Outcome trouble() {
        return trouble;
    }

    /**
     * Waits for the health page to say {@code ok}, or for the watcher to give it up, which it does in time.
     *
     * @throws IOException when Streamlit ended before, or took too long
     */
    synchronized void awaitHealthy() throws IOException, InterruptedException {
        while (!healthy) {
            if (givenUp != null) {
                throw new IOException(givenUp);
            }
            if (closed) {
                throw new IOException("stopped before " + name + " was healthy");
            }
            wait();
        }
    }

    private void watch() {
        try {
            boolean everHealthy = false;
            long pause = FIRST_PAUSE_MILLIS;
            for (int deaths = 0; !isClosed(); deaths++) {
                Process current = current();
                long healthySince = awaitHealth(current) ? System.nanoTime() : 0;
                everHealthy = everHealthy || healthySince != 0;
                boolean overMemory = healthySince != 0 && awaitEnd(current);
                if (isClosed()) {
                    return;
                }
                setHealthy(false);
                String ended = describeEnd(current, healthySince != 0);
                signal(List.of(), current.pid(), "KILL"); // what the dead one has left behind
                output.join(LAST_WORDS_MILLIS);
                if (!everHealthy) {
                    giveUp(Outcome.NOT_STARTED, name + " " + ended + " before it was healthy; see its output");
                    return;
                }
                if (healthySince != 0 && System.nanoTime() - healthySince > STEADY.toNanos()) {
                    deaths = 0;
                    pause = FIRST_PAUSE_MILLIS;
                }
                if (deaths >= launch.maxRestarts()) {
                    giveUp(
                            overMemory ? Outcome.OVER_MEMORY_TOO_OFTEN : Outcome.ENDED_TOO_OFTEN,
                            name + " " + ended + "; it has been started again " + deaths
                                    + " times (max-restarts) and is given up");
                    return;
                }
                trouble = overMemory ? Outcome.OVER_MEMORY : Outcome.RESTARTING;
                LOG.warn("{} {}; it is started again in {} ms", name, ended, pause);
                if (!sleep(pause)) {
                    return;
                }
                pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
                spawn();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException failure) {
            giveUp(Outcome.NOT_STARTED, name + " cannot be started again: " + failure.getMessage());
        }
    }

    private String describeEnd(Process current, boolean wasHealthy) throws InterruptedException {
        if (!wasHealthy && current.isAlive()) {
            end(current);
            return "was not healthy after " + LONGEST_START.toSeconds() + " s and was stopped";
        }
        return "ended with exit code " + current.waitFor();
    }

    /** Returns when it has ended; true when that was because it took more memory than it may. */
    private boolean awaitEnd(Process current) throws InterruptedException {
        if (launch.memoryBytes() == 0) {
            current.waitFor();
            return false;
        }
        while (!current.waitFor(MEMORY_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            long bytes = ProcessMemory.bytes(current.toHandle());
            if (bytes > launch.memoryBytes() && !isClosed()) {
                setHealthy(false); // no more visitors from here on
                trouble = Outcome.OVER_MEMORY;
                LOG.warn(
                        "{} takes {} MB of memory, more than the {} MB that it may (memory); it is stopped",
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
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isClosed() && !current.waitFor(HEALTH_PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200 && answer.body().trim().equals("ok")) {
                    setHealthy(true);
                    LOG.info("{} is healthy at {} (process {})", name, address, current.pid());
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
        AppEnvironment.prepare(builder.environment(), launch, surroundings);
        if (launch.workingDirectory() != null) {
            builder.directory(launch.workingDirectory().toFile());
        }
        LOG.debug("starting {}", Secrets.commandLine(command.subList(command.indexOf("run"), command.size())));
        Process started;
        synchronized (this) {
            if (closed) {
                return;
            }
            started = builder.start(); // its input stays open for as long as the gateway lives: see StreamlitCommand
            process = started;
        }
        Thread reader = new Thread(() -> passOn(started), "streamlit-output");
        reader.setDaemon(true);
        reader.start();
        output = reader;
    }

    private void passOn(Process process) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            LineReader lines = new LineReader(reader);
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    OUTPUT.info("{}: {}", name, Printable.of(line.strip(), LineReader.MAX_CHARACTERS));
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
        if (healthy) {
            trouble = null;
        }
        notifyAll();
    }

    private synchronized void giveUp(Outcome told, String why) {
        trouble = told;
        givenUpNanos = System.nanoTime();
        givenUp = why;
        notifyAll();
        LOG.error("{}", why);
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
            healthy = false;
            last = process;
            notifyAll();
        }
        try {
            end(last);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Process process) throws InterruptedException {
        List<ProcessHandle> family = Stream.concat(process.toHandle().descendants(), Stream.of(process.toHandle()))
                .toList();
        try {
            signal(family, process.pid(), "TERM");
            if (!process.waitFor(TERM_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{} did not end in {} s and is killed", name, TERM_SECONDS);
            }
            signal(family, process.pid(), "KILL");
            process.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException hurry) {
            family.forEach(ProcessHandle::destroyForcibly);
            throw hurry;
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
}
