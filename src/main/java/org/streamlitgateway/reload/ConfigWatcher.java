package org.streamlitgateway.reload;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.file.ConfigText;
import org.streamlitgateway.outcome.FailureText;

/**
 * Reloads the configuration when its file changes, or on SIGHUP. Keeps the current one if the new one is not valid.
 * Compares the content, not the time: a mounted Kubernetes ConfigMap is a link that is switched to another folder.
 */
public final class ConfigWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);
    private static final long PERIOD_MILLIS = 1000;
    private static final Duration MAX_RELOAD = Duration.ofSeconds(20);
    private static final byte[] NOTHING = {};

    /** Reads all configuration sources. */
    @FunctionalInterface
    public interface Reader {
        GatewayConfig read() throws ConfigException;
    }

    /** Applies a configuration. */
    @FunctionalInterface
    public interface Listener {
        void apply(GatewayConfig config) throws Exception;
    }

    private final Path file;
    private final Thread thread = new Thread(this::watch, "gateway-configuration");
    private Reader reader;
    private Listener listener;
    /** Content that was loaded last; used by the watching thread only. */
    private byte[] content;

    private boolean reloadRequested;
    private boolean closed;

    /** Number of finished reloads; guarded by this. */
    private long reloads;

    private volatile Reload last;

    private ConfigWatcher(Path file) {
        this.file = file;
        this.content = contentOr(NOTHING);
        this.last = new Reload(file, Instant.now(), true, List.of());
    }

    /** Creates a watcher that treats any later write as a change. Call this before reading the configuration. */
    public static ConfigWatcher of(Path file) {
        return new ConfigWatcher(file);
    }

    /** Begins to watch the file. */
    public void start(Reader reader, Listener listener) {
        this.reader = reader;
        this.listener = listener;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            byte[] seen = content;
            while (awaitPeriod()) {
                byte[] now = contentOr(content);
                // the same content twice: a file that is still being written is incomplete
                boolean changed = Arrays.equals(now, seen) && !Arrays.equals(now, content) && now.length > 0;
                seen = now;
                if (takeRequest() || changed) {
                    content = now;
                    reload();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a period or a request; returns false when the watcher is closed. */
    private synchronized boolean awaitPeriod() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
        for (long remaining = deadline - System.nanoTime();
                !closed && !reloadRequested && remaining > 0;
                remaining = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, remaining);
        }
        return !closed;
    }

    private synchronized boolean takeRequest() {
        boolean requested = reloadRequested;
        reloadRequested = false;
        return requested;
    }

    /** Returns the file's content, or the given one if there is no file: some editors remove it for a moment. */
    private byte[] contentOr(byte[] missing) {
        try {
            return ConfigText.bytes(file);
        } catch (IOException e) {
            return missing;
        }
    }

    private void reload() {
        List<String> problems = applied();
        last = new Reload(
                file,
                Instant.now(),
                problems.isEmpty(),
                problems.stream().limit(Reload.MAX_PROBLEMS).toList());
        synchronized (this) {
            reloads++;
            notifyAll();
        }
    }

    /** Reads and applies the configuration; returns what is wrong with it. */
    private List<String> applied() {
        try {
            listener.apply(reader.read());
            LOG.info("configuration reloaded from {}", file);
            return List.of();
        } catch (ConfigException e) {
            int problems = e.problems().size();
            e.problems().forEach(problem -> LOG.error("{}", problem));
            LOG.error(
                    "{} rejected: {} {}; keeping the current configuration",
                    file,
                    problems,
                    problems == 1 ? "problem" : "problems");
            return e.problems().stream().map(Problem::toString).toList();
        } catch (Exception e) {
            LOG.error("cannot reload the configuration from {}", file, e);
            return List.of(FailureText.of(e));
        }
    }

    /** Reloads the file soon, or after {@link #start}. */
    public synchronized void requestReload() {
        reloadRequested = true;
        notifyAll();
    }

    /** Returns the result of the latest reload; before the first one, that of the start. */
    public Reload last() {
        return last;
    }

    /** Reloads the configuration now and returns the result; that of the latest reload if this one takes too long. */
    public Reload reloadNow() throws InterruptedException {
        long deadline = System.nanoTime() + MAX_RELOAD.toNanos();
        synchronized (this) {
            long before = reloads;
            requestReload();
            for (long remaining = MAX_RELOAD.toNanos();
                    reloads == before && !closed && remaining > 0;
                    remaining = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, remaining);
            }
        }
        return last;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
