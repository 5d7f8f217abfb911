package org.streamlitgateway.doctor.probe;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Limits the time of blocking calls on a socket, writes and TLS handshakes included, by closing the socket. Closing it is
 * safe from another thread, and ends a blocked call with an exception.
 */
final class Watchdog implements Closeable {
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final Future<?> end;
    private volatile boolean fired;

    private Watchdog(Socket socket, Duration time) {
        end = TIMER.schedule(
                () -> {
                    fired = true;
                    try {
                        socket.close();
                    } catch (IOException e) {
                        // it is closed as far as possible
                    }
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Closes the socket after this time, unless the watchdog is closed before. */
    static Watchdog on(Socket socket, Duration time) {
        return new Watchdog(socket, time);
    }

    /** Whether the time has passed. */
    boolean hasFired() {
        return fired;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "probe-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    @Override
    public void close() {
        end.cancel(false);
    }
}
