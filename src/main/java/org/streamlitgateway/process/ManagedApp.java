package org.streamlitgateway.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.outcome.Outcome;

/**
 * The processes of one app, each a replica on a loopback port.
 *
 * <pre>
 *   ASLEEP ──wake──▶ STARTING ──▶ HEALTHY ──idle──▶ ASLEEP
 *                       └──▶ GIVEN_UP, until somebody comes a minute later
 * </pre>
 *
 * Starting and stopping take seconds and are done by a thread of their own, one at a time, which holds {@code lifeCycle};
 * nobody else waits for that. All fields that change are guarded by {@code this}, which is held for moments only.
 */
public final class ManagedApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedApp.class);
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    /** What a visitor finds. */
    public enum State {
        ASLEEP,
        STARTING,
        HEALTHY,
        GIVEN_UP
    }

    private final String name;
    private final Launch launch;
    private final LaunchContext surroundings;
    private final Object lifeCycle = new Object();

    private final HostPort[] addresses;
    /** {@code null} where none runs. */
    private final StreamlitProcess[] processes;

    private boolean starting;
    private boolean closed;
    /** Why the last start came to nothing. */
    private String failure;

    private long failedNanos;
    private volatile long usedNanos = System.nanoTime();

    /**
     * Starts nothing yet.
     *
     * @param name what the log calls it
     * @throws IOException when there are no free ports
     */
    public ManagedApp(String name, Launch launch, LaunchContext surroundings) throws IOException {
        this.name = name;
        this.launch = launch;
        this.surroundings = surroundings;
        this.processes = new StreamlitProcess[launch.processes()];
        this.addresses = freeAddresses(launch.processes());
    }

    private static HostPort[] freeAddresses(int count) throws IOException {
        HostPort[] free = new HostPort[count];
        List<ServerSocket> held = new ArrayList<>(); // so that each is another one
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                free[i] = new HostPort("127.0.0.1", socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return free;
    }

    /** Whether its processes are told these addresses when they start. */
    public boolean trusts(List<String> trusted) {
        return surroundings.trusted().equals(trusted);
    }

    /** How many run, or would. */
    public int size() {
        return processes.length;
    }

    /** Where the process of this number listens, or will. */
    public synchronized HostPort address(int number) {
        return addresses[number];
    }

    public boolean isLazy() {
        return launch.lazy();
    }

    public synchronized State state() {
        if (isAny(StreamlitProcess::isHealthy)) {
            return State.HEALTHY;
        }
        if (starting || isAny(process -> process.givenUp() == null)) {
            return State.STARTING;
        }
        return failure != null || isAny(process -> true) ? State.GIVEN_UP : State.ASLEEP;
    }

    /** Guarded by this. */
    private boolean isAny(Predicate<StreamlitProcess> which) {
        return Arrays.stream(processes).filter(Objects::nonNull).anyMatch(which);
    }

    public boolean isHealthy() {
        return state() == State.HEALTHY;
    }

    /** What a visitor is told who cannot use it now; {@code null} when it can be used. */
    public synchronized Outcome unavailable() {
        State state = state();
        if (state == State.HEALTHY) {
            return null;
        }
        if (state == State.GIVEN_UP && failure != null) {
            return Outcome.NOT_STARTED;
        }
        return running()
                .map(StreamlitProcess::trouble)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(Outcome.STARTING);
    }

    private Stream<StreamlitProcess> running() {
        return Arrays.stream(processes).filter(Objects::nonNull);
    }

    /** Somebody wants it: starts what does not run, and returns at once. */
    public void wake() {
        usedNanos = System.nanoTime();
        synchronized (this) {
            if (closed || starting || !wantsStart()) {
                return;
            }
            starting = true;
            failure = null;
        }
        LOG.info("app {} is started", name);
        inBackground(this::start);
    }

    /** Guarded by this. */
    private boolean wantsStart() {
        if (failure != null) {
            return System.nanoTime() - failedNanos > TRY_AGAIN.toNanos();
        }
        return Arrays.stream(processes).anyMatch(process -> process == null || process.isGivenUpFor(TRY_AGAIN));
    }

    private void start() {
        synchronized (lifeCycle) {
            try {
                launchMissing();
            } catch (IOException | RuntimeException cannot) {
                LOG.error("app {} cannot be started: {}", name, cannot.getMessage());
                synchronized (this) {
                    failure = String.valueOf(cannot.getMessage());
                    failedNanos = System.nanoTime();
                }
            } finally {
                synchronized (this) {
                    starting = false;
                    notifyAll();
                }
            }
        }
    }

    /** Holding {@code lifeCycle}. */
    private void launchMissing() throws IOException {
        for (int i = 0; i < processes.length; i++) {
            StreamlitProcess before;
            synchronized (this) {
                before = processes[i];
                if (closed || before != null && before.givenUp() == null) {
                    continue;
                }
                processes[i] = null;
            }
            if (before != null) {
                before.close();
            }
            StreamlitProcess process = StreamlitProcess.start(title(i), launch, freeAddress(i), surroundings);
            boolean tooLate;
            synchronized (this) {
                tooLate = closed;
                processes[i] = process;
            }
            if (tooLate) {
                closeAll();
            }
        }
    }

    private String title(int number) {
        return processes.length == 1 ? name : name + " (process " + number + ")";
    }

    /** The one that it had, unless somebody else listens there by now. */
    private HostPort freeAddress(int number) throws IOException {
        HostPort before = address(number);
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(before.host(), before.port()));
            return before;
        } catch (IOException taken) {
            HostPort other = freeAddresses(1)[0];
            LOG.info("app {} goes from {}, which is taken, to {}", title(number), before, other);
            synchronized (this) {
                addresses[number] = other;
            }
            return other;
        }
    }

    /**
     * Starts it now and returns when all its processes are healthy.
     *
     * @throws IOException when one cannot be started, or did not become healthy, with a text fit for a user
     */
    public void startAndWait() throws IOException, InterruptedException {
        synchronized (lifeCycle) {
            launchMissing();
        }
        for (StreamlitProcess process : processesNow()) {
            process.awaitHealthy();
        }
    }

    /** After {@link #wake}: returns when it is healthy or given up, which is in the log then. */
    public void awaitSettled() throws InterruptedException {
        synchronized (this) {
            while (starting) {
                wait();
            }
        }
        for (StreamlitProcess process : processesNow()) {
            try {
                process.awaitHealthy();
            } catch (IOException givenUp) {
                LOG.debug("app {} does not start", name, givenUp);
            }
        }
    }

    private synchronized List<StreamlitProcess> processesNow() {
        return running().toList();
    }

    /**
     * Stops it when it was started by a visit and nobody has needed it for long.
     *
     * @param used whether it has sessions or requests now
     */
    public void sleepIfIdle(boolean used) {
        if (used) {
            usedNanos = System.nanoTime();
        } else if (isIdle() && isHealthy()) {
            inBackground(() -> {
                synchronized (lifeCycle) {
                    if (isIdle() && isHealthy()) {
                        LOG.info("app {} is stopped: nobody has used it for {}", name, launch.idleStop());
                        closeAll();
                    }
                }
            });
        }
    }

    private boolean isIdle() {
        Duration idleStop = launch.idleStop();
        return !idleStop.isZero() && System.nanoTime() - usedNanos > idleStop.toNanos();
    }

    private void closeAll() {
        List<StreamlitProcess> ending;
        synchronized (this) {
            ending = processesNow();
            Arrays.fill(processes, null);
            failure = null;
        }
        List<Thread> closers = ending.stream()
                .map(process -> new Thread(process::close, "stop-" + name))
                .toList();
        closers.forEach(Thread::start);
        try {
            for (Thread closer : closers) {
                closer.join();
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private void inBackground(Runnable task) {
        Thread thread = new Thread(task, "app-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** For good; returns when its processes have ended, which is bounded. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        closeAll();
    }
}
