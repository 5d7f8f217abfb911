package org.streamlitgateway.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.HostPort;

/**
 * The processes of one app: each a replica on a loopback port that stays the same, all started and stopped together.
 *
 * <pre>
 *   ASLEEP ──wake──▶ STARTING ──▶ HEALTHY ──idle──▶ ASLEEP
 *                       └──▶ GIVEN_UP, until somebody comes a minute later
 * </pre>
 *
 * Starting and stopping take seconds and are done by a thread of their own, one at a time. The list is guarded by
 * {@code this}.
 */
public final class ManagedApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedApp.class);
    private static final long TRY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

    /** What a visitor finds. */
    public enum State {
        ASLEEP,
        STARTING,
        HEALTHY,
        GIVEN_UP
    }

    private final String name;
    private final Launch launch;
    private final List<String> trusted;
    private final List<HostPort> addresses = new ArrayList<>();
    private final Object lifeCycle = new Object();

    private List<StreamlitProcess> processes = List.of();
    private boolean starting;
    private boolean closed;
    private String failure;
    private long failedNanos;
    private volatile long usedNanos = System.nanoTime();

    /**
     * Starts nothing yet.
     *
     * @param name what the log calls it
     * @param trusted addresses whose X-Forwarded-For Streamlit may believe, besides the gateway's own
     * @throws IOException when there are no free ports
     */
    public ManagedApp(String name, Launch launch, List<String> trusted) throws IOException {
        this.name = name;
        this.launch = launch;
        this.trusted = trusted;
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < launch.processes(); i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                addresses.add(new HostPort("127.0.0.1", socket.getLocalPort()));
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** One for each process. */
    public List<HostPort> addresses() {
        return List.copyOf(addresses);
    }

    public boolean isLazy() {
        return launch.lazy();
    }

    public synchronized State state() {
        if (failure != null || processes.stream().anyMatch(p -> p.givenUp() != null)) {
            return State.GIVEN_UP;
        }
        if (processes.isEmpty()) {
            return starting ? State.STARTING : State.ASLEEP;
        }
        return processes.stream().anyMatch(StreamlitProcess::isHealthy) ? State.HEALTHY : State.STARTING;
    }

    public boolean isHealthy() {
        return state() == State.HEALTHY;
    }

    /** Somebody wants it: starts it unless it runs, and returns at once. */
    public void wake() {
        usedNanos = System.nanoTime();
        State state = state();
        synchronized (this) {
            boolean again = state == State.GIVEN_UP && System.nanoTime() - failedSince() > TRY_AGAIN_NANOS;
            if (closed || starting || state != State.ASLEEP && !again) {
                return;
            }
            starting = true;
            failure = null;
        }
        LOG.info("app {} is started", name);
        inBackground(this::start);
    }

    private long failedSince() {
        if (failedNanos == 0) {
            failedNanos = System.nanoTime();
        }
        return failedNanos;
    }

    private void start() {
        synchronized (lifeCycle) {
            try {
                closeAll();
                launchAll();
            } catch (IOException | RuntimeException cannot) {
                LOG.error("app {} cannot be started: {}", name, cannot.getMessage());
                closeAll();
                synchronized (this) {
                    failure = cannot.getMessage();
                    failedNanos = System.nanoTime();
                }
            } finally {
                synchronized (this) {
                    starting = false;
                }
            }
        }
    }

    private void launchAll() throws IOException {
        for (HostPort address : addresses) {
            StreamlitProcess process = StreamlitProcess.start(launch, address, trusted);
            boolean tooLate;
            synchronized (this) {
                tooLate = closed;
                List<StreamlitProcess> more = new ArrayList<>(processes);
                more.add(process);
                processes = List.copyOf(more);
            }
            if (tooLate) {
                closeAll();
                return;
            }
        }
    }

    /**
     * Starts it now and waits for all its processes to be healthy.
     *
     * @throws IOException when one cannot be started or ended before, with a text fit for a user
     */
    public void startAndWait(Duration longest) throws IOException, InterruptedException {
        synchronized (lifeCycle) {
            launchAll();
        }
        List<StreamlitProcess> started;
        synchronized (this) {
            started = processes;
        }
        for (StreamlitProcess process : started) {
            process.awaitHealthy(longest);
        }
    }

    /** Stops it when it was started by a visit and neither sessions nor requests have needed it for long. */
    public void sleepIfIdle(int sessions) {
        if (sessions > 0) {
            usedNanos = System.nanoTime();
            return;
        }
        boolean idle = System.nanoTime() - usedNanos > launch.idleStop().toNanos();
        if (launch.idleStop().isZero() || !idle || state() != State.HEALTHY) {
            return;
        }
        LOG.info(
                "app {} is stopped: nobody has used it for {} s",
                name,
                launch.idleStop().toSeconds());
        inBackground(() -> {
            synchronized (lifeCycle) {
                closeAll();
            }
        });
    }

    private void closeAll() {
        List<StreamlitProcess> ending;
        synchronized (this) {
            ending = processes;
            processes = List.of();
            failedNanos = 0;
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

    /** For good. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        closeAll();
    }
}
