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
 * Processes of one app, each a replica on a loopback port.
 *
 * <pre>
 *   ASLEEP ──wake──▶ STARTING ──▶ HEALTHY ──idle──▶ ASLEEP
 *                     ▲    │
 *                     │    ▼
 *                     FAILED    retried by the first request after {@link #RETRY_DELAY}
 * </pre>
 *
 * The state is not stored: {@link #state} derives it from {@code starting}, {@code failure} and the processes.
 *
 * <p>Starts and idle stops take seconds. They run in background threads, one at a time, and hold {@code lifeCycle}; no
 * request waits for that lock. {@link #close} does not take it: a start in progress checks {@code closed} after each
 * process that it has started. Mutable fields are guarded by {@code this}, which is held briefly, except for the volatile
 * time of last use.
 */
public final class ManagedApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedApp.class);
    private static final Duration RETRY_DELAY = Duration.ofMinutes(1);

    /** Availability of the app for visitors. */
    public enum State {
        ASLEEP,
        STARTING,
        HEALTHY,
        FAILED
    }

    private final String name;
    private final Launch launch;
    private final LaunchContext context;
    private final Object lifeCycle = new Object();

    private final HostPort[] addresses;
    /** Running processes by replica number; {@code null} where none runs. */
    private final StreamlitProcess[] processes;
    /** History of the processes that ran before the current ones, by replica number. */
    private final ProcessStatus[] history;

    private boolean starting;
    private boolean closed;
    /** Reason of the last failed start, or {@code null}. */
    private String failure;

    private long failedNanos;
    private volatile long usedNanos = System.nanoTime();

    /**
     * Reserves the ports; starts no process.
     *
     * @param name name of the app in the log
     * @throws IOException when no loopback port is free
     */
    public ManagedApp(String name, Launch launch, LaunchContext context) throws IOException {
        this.name = name;
        this.launch = launch;
        this.context = context;
        this.processes = new StreamlitProcess[launch.processes()];
        this.history = new ProcessStatus[launch.processes()];
        Arrays.fill(history, ProcessStatus.NONE);
        this.addresses = freeAddresses(launch.processes());
    }

    private static HostPort[] freeAddresses(int count) throws IOException {
        HostPort[] free = new HostPort[count];
        List<ServerSocket> sockets = new ArrayList<>(); // all stay open until the end, which makes the ports distinct
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                free[i] = new HostPort("127.0.0.1", socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return free;
    }

    /** Checks whether the processes are started with exactly these trusted addresses. */
    public boolean trusts(List<String> addresses) {
        return context.trustedAddresses().equals(addresses);
    }

    /** Returns the number of replicas, running or not. */
    public int size() {
        return processes.length;
    }

    /** Returns the address of one replica, running or not. It changes when another program has taken the port. */
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
        if (starting || isAny(process -> process.failure() == null)) {
            return State.STARTING;
        }
        return failure != null || isAny(process -> true) ? State.FAILED : State.ASLEEP;
    }

    /** Guarded by this. */
    private boolean isAny(Predicate<StreamlitProcess> condition) {
        return running().anyMatch(condition);
    }

    public boolean isHealthy() {
        return state() == State.HEALTHY;
    }

    /** Returns the outcome for visitors while the app is unavailable; {@code null} when it is available. */
    public synchronized Outcome unavailable() {
        State state = state();
        if (state == State.HEALTHY) {
            return null;
        }
        if (state == State.FAILED && failure != null) {
            return Outcome.NOT_STARTED;
        }
        return running()
                .map(StreamlitProcess::unavailable)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(Outcome.STARTING);
    }

    private Stream<StreamlitProcess> running() {
        return Arrays.stream(processes).filter(Objects::nonNull);
    }

    /** Marks the app as used and starts processes that do not run. Returns at once. */
    public void wake() {
        usedNanos = System.nanoTime();
        synchronized (this) {
            if (closed || starting || !needsStart()) {
                return;
            }
            starting = true;
            failure = null;
        }
        LOG.info("starting app {}", name);
        runInBackground(this::start);
    }

    /** Guarded by this. */
    private boolean needsStart() {
        if (failure != null) {
            return System.nanoTime() - failedNanos > RETRY_DELAY.toNanos();
        }
        return Arrays.stream(processes).anyMatch(process -> process == null || process.hasFailedFor(RETRY_DELAY));
    }

    private void start() {
        synchronized (lifeCycle) {
            try {
                startMissing();
            } catch (IOException | RuntimeException e) {
                LOG.error("cannot start app {}: {}", name, e.getMessage());
                synchronized (this) {
                    failure = String.valueOf(e.getMessage());
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

    /** Called while holding {@code lifeCycle}. */
    private void startMissing() throws IOException {
        for (int i = 0; i < processes.length; i++) {
            StreamlitProcess failed;
            synchronized (this) {
                failed = processes[i];
                if (closed || failed != null && failed.failure() == null) {
                    continue;
                }
                remove(i);
            }
            if (failed != null) {
                failed.close();
            }
            StreamlitProcess process =
                    StreamlitProcess.start(title(i), "process " + i, launch, freeAddress(i), context);
            boolean closedMeanwhile;
            synchronized (this) {
                closedMeanwhile = closed;
                processes[i] = process;
            }
            if (closedMeanwhile) {
                closeAll();
            }
        }
    }

    /** Forgets a process, but not its history. Guarded by this. */
    private StreamlitProcess remove(int number) {
        StreamlitProcess removed = processes[number];
        if (removed != null) {
            history[number] = removed.history().after(history[number]);
            processes[number] = null;
        }
        return removed;
    }

    /** Returns the state and history of one process, running or not. Reads from {@code /proc}. */
    public ProcessStatus status(int number) {
        StreamlitProcess process;
        ProcessStatus earlier;
        synchronized (this) {
            process = processes[number];
            earlier = history[number];
        }
        return process == null ? earlier : process.status().after(earlier);
    }

    /**
     * Restarts processes one after the other, each when the one before is healthy. Returns at once.
     *
     * @return false if the app does not run, or is being started or stopped
     */
    public boolean restart(List<Integer> numbers) {
        synchronized (this) {
            if (closed || starting || numbers.stream().noneMatch(number -> processes[number] != null)) {
                return false;
            }
            starting = true;
            failure = null;
        }
        runInBackground(() -> {
            for (int i = 0; i < numbers.size(); i++) {
                restart(numbers.get(i), i == numbers.size() - 1);
            }
        });
        return true;
    }

    private void restart(int number, boolean last) {
        StreamlitProcess ending;
        synchronized (lifeCycle) {
            synchronized (this) {
                if (closed || snapshot().isEmpty()) {
                    starting = false;
                    notifyAll();
                    return; // the app was stopped, or is asleep
                }
                LOG.info("restarting {}, as an operator asked", title(number));
                ending = remove(number);
                starting = true;
            }
            if (ending != null) {
                ending.close();
            }
        }
        start();
        if (!last) {
            try {
                awaitSettled();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String title(int number) {
        return processes.length == 1 ? name : name + " (process " + number + ")";
    }

    /** Returns the previous address, or a new one if its port is in use now. */
    private HostPort freeAddress(int number) throws IOException {
        HostPort previous = address(number);
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(previous.host(), previous.port()));
            return previous;
        } catch (IOException portInUse) {
            HostPort other = freeAddresses(1)[0];
            LOG.info("app {}: port of {} is in use, using {}", title(number), previous, other);
            synchronized (this) {
                addresses[number] = other;
            }
            return other;
        }
    }

    /**
     * Starts the app in the calling thread and returns when all its processes are healthy.
     *
     * @throws IOException when a process cannot be started or does not become healthy; the message is meant for users
     */
    public void startAndWait() throws IOException, InterruptedException {
        synchronized (lifeCycle) {
            startMissing();
        }
        for (StreamlitProcess process : snapshot()) {
            process.awaitHealthy();
        }
    }

    /** Waits after {@link #wake} until every process is healthy or has failed. Failures are in the log. */
    public void awaitSettled() throws InterruptedException {
        synchronized (this) {
            while (starting) {
                wait();
            }
        }
        for (StreamlitProcess process : snapshot()) {
            try {
                process.awaitHealthy();
            } catch (IOException e) {
                LOG.debug("app {} does not start", name, e);
            }
        }
    }

    private synchronized List<StreamlitProcess> snapshot() {
        return running().toList();
    }

    /**
     * Stops the app when it has been idle for longer than {@code idle-stop}. Called periodically.
     *
     * @param used whether the app has sessions or requests in progress
     */
    public void sleepIfIdle(boolean used) {
        if (used) {
            usedNanos = System.nanoTime();
        } else if (isIdle() && isHealthy()) {
            runInBackground(() -> {
                synchronized (lifeCycle) {
                    if (isIdle() && isHealthy()) {
                        LOG.info("stopping app {}: idle for {} (idle-stop)", name, launch.idleStop());
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
            ending = snapshot();
            for (int i = 0; i < processes.length; i++) {
                remove(i);
            }
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runInBackground(Runnable task) {
        Thread thread = new Thread(task, "app-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops the app for good. Returns when its processes have ended, within a bounded time. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        closeAll();
    }
}
