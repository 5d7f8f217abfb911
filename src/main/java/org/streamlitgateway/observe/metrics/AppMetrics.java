package org.streamlitgateway.observe.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.streamlitgateway.outcome.Outcome;

/** Metrics of one app. Thread-safe. */
public final class AppMetrics {
    /** What kind of Streamlit resource a request is for. */
    public enum RequestKind {
        PAGE,
        ASSET,
        MEDIA,
        UPLOAD,
        COMPONENT,
        HEALTH,
        AUTH,
        CHANNEL,
        OTHER
    }

    /** What a run of the script covers, and what caused it. */
    public enum RunKind {
        FULL,
        FRAGMENT,
        /** Caused by a timer, as of a fragment with run_every. */
        AUTO
    }

    /** How a session was opened. */
    public enum Opening {
        NEW,
        RESUMED,
        /** The browser asked for a session that its server does not have any more. */
        LOST
    }

    /** Direction of messages. */
    public enum Direction {
        /** From the browser. */
        UP,
        /** From Streamlit. */
        DOWN
    }

    /** Names of the settings whose limits make the gateway refuse with these outcomes. */
    private static final Map<Outcome, String> LIMITS = Map.of(
            Outcome.TOO_MANY_UPLOADS, "max-uploads-per-client",
            Outcome.TOO_MANY_SESSIONS, "max-sessions-per-client",
            Outcome.TOO_MANY_HANDSHAKES, "handshakes",
            Outcome.TOO_MANY_SUBSCRIBERS, "max-subscribers",
            Outcome.TOO_MANY_SENDS, "send-rate",
            Outcome.MESSAGE_TOO_LARGE, "max-message-size");

    /** Handshakes that Streamlit refused, and not the gateway. */
    private static final String REFUSED_BY_APP = "refused_by_app";

    private static final String ACCEPTED = "accepted";

    private static final double NANOS_PER_SECOND = 1e9;

    /** Pairs of versions exported for an app. Its replicas have one, two during an upgrade; more are not genuine. */
    private static final int MAX_VERSIONS = 8;

    private final Families families;
    private final String app;
    private final GaugeDataPoint inFlight;
    private final CounterDataPoint received;
    private final CounterDataPoint sent;
    private final DistributionDataPoint handshakeDuration;
    private final SessionMetrics sessions;
    private final Set<List<String>> versions = ConcurrentHashMap.newKeySet();

    /** @param hasSessions whether sessions are reported, too; the series of an app that has none would only be clutter */
    AppMetrics(Families families, String app, boolean hasSessions) {
        this.families = families;
        this.app = app;
        inFlight = families.requestsInFlight.labelValues(app);
        received = families.receivedBytes.labelValues(app);
        sent = families.sentBytes.labelValues(app);
        handshakeDuration = families.handshakeDuration.labelValues(app);
        sessions = hasSessions ? new SessionMetrics(families, app) : null;
    }

    /** Counts a request that begins. */
    public void requestStarted() {
        inFlight.inc();
    }

    /**
     * Counts a request that has ended.
     *
     * @param failure why the gateway itself answered or broke off, or {@code null}
     */
    public void requestEnded(
            RequestKind kind, String method, int status, long nanos, long received, long sent, Outcome failure) {
        inFlight.dec();
        families.requestDuration
                .labelValues(app, LabelValues.of(kind), LabelValues.method(method), LabelValues.code(status))
                .observe(nanos / NANOS_PER_SECOND);
        this.received.inc(received);
        this.sent.inc(sent);
        countFailure(failure);
    }

    /**
     * Counts a WebSocket handshake that has ended.
     *
     * @param accepted whether the browser was accepted
     * @param failure why the gateway refused it; {@code null} if it was accepted or Streamlit refused it
     */
    public void handshakeEnded(boolean accepted, long nanos, Outcome failure) {
        inFlight.dec();
        String outcome = accepted ? ACCEPTED : failure == null ? REFUSED_BY_APP : LabelValues.of(failure);
        families.handshakes.labelValues(app, outcome).inc();
        if (accepted) {
            handshakeDuration.observe(nanos / NANOS_PER_SECOND);
        }
        countFailure(failure);
    }

    private void countFailure(Outcome failure) {
        if (failure != null) {
            families.failures.labelValues(app, LabelValues.of(failure)).inc();
            String limit = LIMITS.get(failure);
            if (limit != null) {
                families.limited.labelValues(app, limit).inc();
            }
        }
    }

    public void sessionOpened(Opening how) {
        families.sessionsOpened.labelValues(app, LabelValues.of(how)).inc();
    }

    /** Counts a session that was open. */
    public void sessionClosed(String outcome, long nanos) {
        families.sessionsClosed.labelValues(app, outcome).inc();
        sessions.duration().observe(nanos / NANOS_PER_SECOND);
    }

    public void message(Direction direction, long size) {
        sessions.message(direction, size);
    }

    public void runStarted() {
        sessions.rerunsInProgress().inc();
    }

    public void firstElement(long nanos) {
        sessions.firstElement().observe(nanos / NANOS_PER_SECOND);
    }

    /** Counts a run that ended with a status; the duration of one that was superseded says nothing. */
    public void runEnded(RunKind kind, Enum<?> status, boolean finished, long nanos) {
        families.reruns.labelValues(app, LabelValues.of(status)).inc();
        if (finished) {
            sessions.rerunDuration(kind).observe(nanos / NANOS_PER_SECOND);
        }
    }

    /** Takes back {@link #runStarted}, at the end of the run or of its session. */
    public void runLeft() {
        sessions.rerunsInProgress().dec();
    }

    public void exceptionShown() {
        sessions.exceptions().inc();
    }

    public void unknownMessage() {
        sessions.unknownMessages().inc();
    }

    /** Exports the versions that a session reported. */
    public void versions(String streamlit, String python) {
        if (versions.size() < MAX_VERSIONS && versions.add(List.of(streamlit, python))) {
            families.appInfo.addLabelValues(app, streamlit, python);
        }
    }

    /** Ends all series of the app. */
    public void remove() {
        families.remove(app);
        versions.forEach(pair -> families.appInfo.remove(app, pair.get(0), pair.get(1)));
    }
}
