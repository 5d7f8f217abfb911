package org.streamlitgateway.observe;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.streamlit.message.BackMessageReader;
import org.streamlitgateway.streamlit.message.ForwardMessageReader;
import org.streamlitgateway.trace.TraceContext;

/**
 * One session: who opened it, what passed, and the runs of its script. The relay reports its messages by {@link #up} and
 * {@link #down}, its opening and its end. Thread-safe.
 */
public final class SessionObserver {
    /** Which side ended a session. */
    public enum EndedBy {
        BROWSER,
        STREAMLIT,
        GATEWAY
    }

    /**
     * End of a session.
     *
     * @param outcome from a closed set, in lower case
     * @param browserCode close code sent to the browser or received from it; 0 if there was none
     * @param streamlitCode the same for Streamlit
     */
    public record End(String outcome, EndedBy by, int browserCode, int streamlitCode) {}

    private enum State {
        OPENING,
        OPEN,
        CLOSED
    }

    private final Traffic traffic;
    private final AppTraffic app;
    private final String replica;
    private final String name;
    private final String claimedId;
    private final RequestObserver request;
    private final TraceContext trace;
    private final SessionScript script;
    private final SessionMessages up;
    private final SessionMessages down;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPENING);
    private final AtomicReference<Opening> opening = new AtomicReference<>();
    private final AtomicReference<End> end = new AtomicReference<>();
    private volatile Instant opened;
    private volatile long openedNanos;
    private volatile long endedNanos;
    private volatile LongSupplier queued = () -> 0;
    private volatile Consumer<Outcome> ender = outcome -> {};

    /** @param claimedId id of the session that the browser asks to resume, or {@code null} */
    SessionObserver(
            Traffic traffic, AppTraffic app, String replica, String name, String claimedId, RequestObserver request) {
        this.traffic = traffic;
        this.app = app;
        this.replica = replica;
        this.name = name;
        this.claimedId = claimedId;
        this.request = request;
        this.trace = request.trace().child();
        script = new SessionScript(this, app);
        boolean reads = traffic.readsMessages();
        up = new SessionMessages(app.metrics, Direction.UP, reads ? new BackMessageReader(script) : null, () -> {});
        down = new SessionMessages(
                app.metrics, Direction.DOWN, reads ? new ForwardMessageReader(script) : null, script::messageEnded);
    }

    // --- reports of the relay

    /** Returns the observer of the browser's messages. */
    public MessageObserver up() {
        return up;
    }

    /** Returns the observer of Streamlit's messages. */
    public MessageObserver down() {
        return down;
    }

    /**
     * Reports that the session is open.
     *
     * @param queued returns the bytes that the browser has not acknowledged
     * @param ender ends the session
     */
    public void opened(LongSupplier queued, Consumer<Outcome> ender) {
        this.queued = queued;
        this.ender = ender;
        opened = Instant.now();
        openedNanos = System.nanoTime();
        if (!state.compareAndSet(State.OPENING, State.OPEN)) {
            return;
        }
        app.sessionOpened();
        if (claimedId == null) {
            opened(Opening.NEW);
        }
        traffic.sessionOpened(this);
        if (end.get() != null) {
            close();
        }
    }

    /** Reports the end of the session. Only the first call has an effect. */
    public void ended(End reason) {
        if (end.compareAndSet(null, reason)) {
            close();
        }
    }

    private void close() {
        if (!state.compareAndSet(State.OPEN, State.CLOSED)) {
            return;
        }
        endedNanos = System.nanoTime();
        opened(Opening.RESUMED); // nothing said otherwise
        script.sessionEnded();
        app.sessionClosed();
        app.metrics.sessionClosed(end.get().outcome(), endedNanos - openedNanos);
        traffic.sessionEnded(this);
    }

    // --- reports of the script

    void opened(Opening how) {
        if (opening.compareAndSet(null, how)) {
            app.metrics.sessionOpened(how);
        }
    }

    void identified(String id) {
        opened(id.equals(claimedId) ? Opening.RESUMED : Opening.LOST);
    }

    void runEnded(ScriptRun run) {
        traffic.runEnded(this, run);
    }

    // --- facts

    /** Ends the session; its browser receives the outcome's close code. */
    public void end(Outcome outcome) {
        ender.accept(outcome);
    }

    /** Returns the path of the app, as configured. */
    public String app() {
        return app.name;
    }

    public String replica() {
        return replica;
    }

    /** Returns the name of the session in the gateway's log. */
    public String name() {
        return name;
    }

    /** Returns the handshake that opened the session. */
    public RequestObserver request() {
        return request;
    }

    /** Returns the session's place in the trace of its handshake. */
    public TraceContext trace() {
        return trace;
    }

    /** Returns Streamlit's id of the session, which must be kept secret; {@code null} if it has not been sent. */
    public String id() {
        return script.id();
    }

    /** Returns the path of the current page below the app, chosen by the app; {@code null} if it is not known. */
    public String page() {
        return script.page();
    }

    /** Returns {@code null} if it is not known. */
    public String streamlitVersion() {
        return script.streamlitVersion();
    }

    public Instant opened() {
        return opened;
    }

    /** Returns the time since the session was opened, until its end. */
    public long durationNanos() {
        return (state.get() == State.CLOSED ? endedNanos : System.nanoTime()) - openedNanos;
    }

    /** Returns how the session was opened; {@code null} while that is not known. */
    public Opening opening() {
        return opening.get();
    }

    /** Returns {@code null} before the end. */
    public End end() {
        return end.get();
    }

    /** Returns the bytes that the browser has not acknowledged. */
    public long queuedBytes() {
        return queued.getAsLong();
    }

    public long messages(Direction direction) {
        return of(direction).messages();
    }

    public long bytes(Direction direction) {
        return of(direction).bytes();
    }

    private SessionMessages of(Direction direction) {
        return direction == Direction.UP ? up : down;
    }

    /** Returns the number of runs that have ended. */
    public long reruns() {
        return script.reruns();
    }

    public long exceptions() {
        return script.exceptions();
    }

    /** Returns the duration in milliseconds that 95 % of the latest runs did not exceed; negative if there is none. */
    public long p95Millis() {
        return script.p95Millis();
    }

    /** Returns for how long the current run has lasted; negative if none is in progress. */
    public long runningNanos() {
        return script.runningNanos();
    }
}
