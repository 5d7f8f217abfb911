package org.streamlitgateway.gateway;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.file.ConfigText;

/**
 * Reads the configuration again when its file has changed, or on SIGHUP. A configuration with a problem changes nothing.
 * The content is compared, not the time: a mounted Kubernetes ConfigMap is a link that is turned to another folder.
 */
public final class ConfigWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);
    private static final long PERIOD_MILLIS = 1000;
    private static final byte[] NOTHING = {};

    /** Reads all sources anew. */
    @FunctionalInterface
    public interface Reader {
        GatewayConfig read() throws ConfigException;
    }

    /** Takes over what was read. */
    @FunctionalInterface
    public interface Taker {
        void take(GatewayConfig config) throws Exception;
    }

    private final Path file;
    private final Thread thread = new Thread(this::watch, "gateway-configuration");
    private Reader reader;
    private Taker taker;
    /** What was read last; the watching thread's own. */
    private byte[] content;

    private boolean asked;
    private boolean closed;

    private ConfigWatcher(Path file) {
        this.file = file;
        this.content = contentOr(NOTHING);
    }

    /** Remembers what is there now: what is written from here on is a change. To be called before the file is read. */
    public static ConfigWatcher of(Path file) {
        return new ConfigWatcher(file);
    }

    /** Begins to watch. */
    public void start(Reader reader, Taker taker) {
        this.reader = reader;
        this.taker = taker;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            byte[] seen = content;
            while (waitAPeriod()) {
                byte[] now = contentOr(content);
                // only what was the same a period ago: a file that is being written is not whole
                boolean changed = Arrays.equals(now, seen) && !Arrays.equals(now, content) && now.length > 0;
                seen = now;
                if (takeAsked() || changed) {
                    content = now;
                    reload();
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when it is over. */
    private synchronized boolean waitAPeriod() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
        for (long left = deadline - System.nanoTime();
                !closed && !asked && left > 0;
                left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return !closed;
    }

    private synchronized boolean takeAsked() {
        boolean was = asked;
        asked = false;
        return was;
    }

    /** There is no file between the two steps of some editors. */
    private byte[] contentOr(byte[] missing) {
        try {
            return ConfigText.bytes(file);
        } catch (IOException between) {
            return missing;
        }
    }

    private void reload() {
        try {
            taker.take(reader.read());
            LOG.info("{} is in force", file);
        } catch (ConfigException bad) {
            bad.problems().forEach(problem -> LOG.error("{}", problem));
            LOG.error(
                    "{} has {} problems; nothing was changed",
                    file,
                    bad.problems().size());
        } catch (Exception failure) {
            LOG.error("{} could not be put in force", file, failure);
        }
    }

    private synchronized void ask() {
        asked = true;
        notifyAll();
    }

    /**
     * Takes SIGHUP as {@link #ask}, from now on; what is asked before {@link #start} is done then. By reflection, since
     * the class is not part of the Java SE API and the compiler warns of it; where it is missing, editing the file is
     * enough.
     */
    public void onHangup() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    ConfigWatcher.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        ask();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (ReflectiveOperationException | IllegalArgumentException noSignals) {
            LOG.debug("no SIGHUP here", noSignals instanceof InvocationTargetException e ? e.getCause() : noSignals);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
