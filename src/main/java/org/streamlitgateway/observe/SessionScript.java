package org.streamlitgateway.observe;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.streamlitgateway.observe.history.LastHour;
import org.streamlitgateway.observe.history.RecentDurations;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.AppMetrics.RunKind;
import org.streamlitgateway.streamlit.message.ScriptListener;

/**
 * The script of one session: its runs, and what Streamlit told about it. Guarded by this, where not volatile.
 *
 * <pre>
 *   rerun_script from the browser     the oldest request without a run is kept: Streamlit merges the ones that follow
 *   new_session                       a run begins; it answers that request, or none
 *   delta                             the first one of a run is its first element
 *   script_finished                   the run ends: finished, compile error or superseded
 * </pre>
 */
final class SessionScript implements ScriptListener {
    private static final Pattern VERSION = Pattern.compile("[0-9A-Za-z.+_-]{1,32}");

    /** For a version that is not one. */
    private static final String OTHER = "_OTHER";

    private final SessionObserver session;
    private final AppTraffic app;
    private volatile String id;
    private volatile String streamlitVersion;
    private volatile String pythonVersion;
    private volatile String pageHash;

    /** Written by the thread that reads Streamlit's messages, and by the end of the session. */
    private volatile boolean elementAwaited;

    private boolean requested;
    private boolean requestedAuto;
    private long requestedNanos;
    private boolean running;
    private RunKind runKind = RunKind.FULL;
    private long runNanos;
    private long firstElementNanos;
    private long reruns;
    private long exceptions;
    private final RecentDurations durations = new RecentDurations();

    SessionScript(SessionObserver session, AppTraffic app) {
        this.session = session;
        this.app = app;
    }

    @Override
    public synchronized void rerunRequested(boolean fragment, boolean auto) {
        if (!requested) {
            requested = true;
            requestedNanos = System.nanoTime();
            requestedAuto = auto;
        }
    }

    @Override
    public void runStarted(boolean fragment) {
        boolean first;
        synchronized (this) {
            first = !running;
            running = true;
            elementAwaited = true;
            firstElementNanos = -1;
            runNanos = requested ? requestedNanos : System.nanoTime();
            runKind = requested && requestedAuto ? RunKind.AUTO : fragment ? RunKind.FRAGMENT : RunKind.FULL;
            requested = false;
        }
        if (first) {
            app.metrics.runStarted();
        }
    }

    @Override
    public void elementSent() {
        if (!elementAwaited) {
            return;
        }
        elementAwaited = false;
        long nanos;
        synchronized (this) {
            nanos = System.nanoTime() - runNanos;
            firstElementNanos = nanos;
        }
        app.metrics.firstElement(nanos);
    }

    @Override
    public void exceptionShown() {
        synchronized (this) {
            exceptions++;
        }
        app.metrics.exceptionShown();
        app.lastHour.count(LastHour.Event.EXCEPTION);
    }

    @Override
    public void runFinished(RunStatus status) {
        ScriptRun run = endRun(status);
        if (run == null) {
            return;
        }
        boolean finished = status == RunStatus.FINISHED;
        app.metrics.runEnded(run.kind(), status, finished, run.durationNanos());
        if (finished) {
            app.lastHour.rerun(run.durationNanos());
        }
    }

    /** Ends the run in progress, with its session. */
    void sessionEnded() {
        endRun(null);
    }

    /** Returns {@code null} if no run is in progress. */
    private ScriptRun endRun(RunStatus status) {
        ScriptRun run;
        synchronized (this) {
            elementAwaited = false;
            if (!running) {
                return null;
            }
            running = false;
            long duration = System.nanoTime() - runNanos;
            run = new ScriptRun(runKind, page(), runNanos, firstElementNanos, duration, status);
            if (status != null) {
                reruns++;
            }
            if (status == RunStatus.FINISHED) {
                durations.add(duration);
            }
        }
        app.metrics.runLeft();
        session.runEnded(run);
        return run;
    }

    @Override
    public void told(Fact fact, byte[] utf8, int length) {
        switch (fact) {
            case SESSION_ID -> {
                if (id == null || !isSame(id, utf8, length)) {
                    id = text(utf8, length);
                    session.identified(id);
                }
            }
            case STREAMLIT_VERSION -> streamlitVersion = version(streamlitVersion, utf8, length);
            case PYTHON_VERSION -> {
                boolean first = pythonVersion == null;
                pythonVersion = version(pythonVersion, utf8, length);
                if (first && streamlitVersion != null) {
                    app.metrics.versions(streamlitVersion, pythonVersion);
                }
            }
        }
    }

    @Override
    public void pageNamed(String hash, String path) {
        app.pageNamed(hash, path);
    }

    @Override
    public void pageShown(byte[] hash, int length) {
        if (pageHash == null || !isSame(pageHash, hash, length)) {
            pageHash = text(hash, length);
        }
    }

    @Override
    public void unknownMessage() {
        app.metrics.unknownMessage();
    }

    /** Called after each message of Streamlit's. A session whose first message starts no run existed before. */
    void messageEnded() {
        if (session.opening() == null) {
            session.opened(Opening.RESUMED);
        }
    }

    private static String version(String known, byte[] utf8, int length) {
        if (known != null && isSame(known, utf8, length)) {
            return known;
        }
        String text = text(utf8, length);
        return VERSION.matcher(text).matches() ? text : OTHER;
    }

    private static String text(byte[] utf8, int length) {
        return new String(utf8, 0, length, StandardCharsets.UTF_8);
    }

    /** Compares without decoding; a text that is not ASCII never matches, which only costs time. */
    private static boolean isSame(String text, byte[] utf8, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != utf8[i]) {
                return false;
            }
        }
        return true;
    }

    String id() {
        return id;
    }

    String page() {
        String hash = pageHash;
        return hash == null ? null : app.page(hash);
    }

    String streamlitVersion() {
        return streamlitVersion;
    }

    synchronized long reruns() {
        return reruns;
    }

    synchronized long exceptions() {
        return exceptions;
    }

    synchronized long p95Millis() {
        return durations.percentile(95);
    }

    synchronized long runningNanos() {
        return running ? System.nanoTime() - runNanos : -1;
    }
}
