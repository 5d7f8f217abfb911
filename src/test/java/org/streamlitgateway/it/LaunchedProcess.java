package org.streamlitgateway.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process whose output is read as it arrives. The lines are guarded by this. */
public final class LaunchedProcess implements AutoCloseable {
    /**
     * Longest wait for a line or an exit. A healthy start takes seconds, but two cores may be busy with other builds.
     */
    private static final long LIMIT_SECONDS = 180;

    /** Longest wait for a stopped gateway to close its sockets and exit. */
    private static final long STOP_SECONDS = 30;

    private final Process process;
    private final List<Thread> readers = new ArrayList<>();
    private final List<String> all = new ArrayList<>();
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private int openStreams = 2;

    private LaunchedProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a command with these variables added to the test's own, without the variables that configure the gateway.
     */
    public static LaunchedProcess start(List<String> command, Map<String, String> environment) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("env", "--default-signal=INT,HUP")); // a shell's & or nohup ignores these signals
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeIf(name -> name.startsWith("STREAMLIT_") || name.startsWith("PROXY_"));
        builder.environment().putAll(environment);
        LaunchedProcess launched = new LaunchedProcess(builder.start());
        launched.process.getOutputStream().close();
        launched.follow(launched.process.getInputStream(), launched.out);
        launched.follow(launched.process.getErrorStream(), launched.err);
        return launched;
    }

    private void follow(InputStream stream, List<String> lines) {
        Thread reader = new Thread(() -> read(stream, lines), "output-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    private void read(InputStream stream, List<String> lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (this) {
                    lines.add(line);
                    all.add(line);
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // The process was killed, which closed its pipe.
        } finally {
            synchronized (this) {
                openStreams--;
                notifyAll();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns everything written so far. */
    public synchronized String output() {
        return String.join("\n", all);
    }

    public synchronized List<String> outLines() {
        return List.copyOf(out);
    }

    public synchronized List<String> errLines() {
        return List.copyOf(err);
    }

    /**
     * Waits for a line that contains the text and returns the first one; fails at once if the process ended without
     * it.
     */
    public synchronized String awaitLine(String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (true) {
            for (String line : all) {
                if (line.contains(text)) {
                    return line;
                }
            }
            long remaining = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (openStreams == 0 || remaining <= 0) {
                return fail(
                        "no line with '" + text + "' from process " + process.pid() + ", which wrote:\n" + output());
            }
            try {
                wait(remaining);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return fail("interrupted while waiting for '" + text + "'");
            }
        }
    }

    /** Waits until the process ends by itself, and returns its exit code. */
    public int awaitExit() {
        return awaitExit(LIMIT_SECONDS);
    }

    /** Sends SIGTERM and returns the exit code. */
    public int terminate() {
        // Not Process.destroy(): it closes the pipes as well, and the last output would be lost.
        process.toHandle().destroy();
        return awaitExit(STOP_SECONDS);
    }

    /** Sends SIGINT, as Ctrl-C does, and returns the exit code. */
    public int interrupt() throws IOException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                .start()
                .onExit()
                .join();
        return awaitExit(STOP_SECONDS);
    }

    private int awaitExit(long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return fail("process " + process.pid() + " still ran after " + seconds + " s and wrote:\n" + output());
            }
            for (Thread reader : readers) {
                reader.join(TimeUnit.SECONDS.toMillis(30));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted while waiting for the end of process " + process.pid());
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.toHandle().destroy();
            try {
                if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
