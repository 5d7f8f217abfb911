package org.streamlitgateway.observe;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.streamlitgateway.observe.history.AppSummary;
import org.streamlitgateway.observe.history.LastHour;
import org.streamlitgateway.observe.history.LastHour.Event;
import org.streamlitgateway.observe.metrics.Metrics;

/** What passes one gateway: creates the observers of requests and sessions, and passes their ends to listeners. Thread-safe. */
public final class Traffic {
    /** Name for requests without an app; the path of an app begins with a slash. */
    public static final String NO_APP = "none";

    private static final int SUMMARY_MINUTES = 5;

    private final Metrics metrics;
    private final boolean readsMessages;
    private final Map<String, AppTraffic> apps = new ConcurrentHashMap<>();
    private final Set<SessionObserver> sessions = ConcurrentHashMap.newKeySet();
    private final List<TrafficListener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean samplesTraces;

    /** @param readsMessages whether to read the beginnings of messages, for the runs of scripts */
    public Traffic(Metrics metrics, boolean readsMessages) {
        this.metrics = metrics;
        this.readsMessages = readsMessages;
    }

    /** Sets the apps that are served. Their series exist from now on, so that rates begin at zero; those of others end. */
    public synchronized void setApps(Collection<String> names) {
        names.forEach(this::app);
        for (String known : List.copyOf(apps.keySet())) {
            if (!known.equals(NO_APP) && !names.contains(known)) {
                apps.remove(known).metrics.remove();
            }
        }
    }

    /** Adds a listener to what begins or ends after this call. */
    public void listen(TrafficListener listener) {
        listeners.add(listener);
    }

    public void unlisten(TrafficListener listener) {
        listeners.remove(listener);
    }

    /** Marks the traces that begin from now on as recorded. */
    public void sampleTraces() {
        samplesTraces = true;
    }

    /** Starts the observation of a request. */
    public RequestObserver request(HttpServletRequest request, HttpServletResponse response, boolean upgrade) {
        return new RequestObserver(this, request, response, upgrade);
    }

    /** Returns the open sessions, in no order. */
    public Collection<SessionObserver> sessions() {
        return List.copyOf(sessions);
    }

    /** Sums up the last hour of an app. */
    public AppSummary summary(String app) {
        AppTraffic traffic = app(app);
        int open = traffic.sessions();
        LastHour hour = traffic.lastHour;
        return new AppSummary(
                app,
                open,
                hour.sum(Event.RERUN, SUMMARY_MINUTES) / (double) SUMMARY_MINUTES,
                hour.percentile(50, SUMMARY_MINUTES),
                hour.percentile(95, SUMMARY_MINUTES),
                hour.sum(Event.EXCEPTION, LastHour.MINUTES),
                hour.sum(Event.FAILURE, LastHour.MINUTES),
                hour.sessions(),
                hour.events(Event.RERUN),
                hour.percentiles(95));
    }

    /** Notes the number of open sessions of all apps; called every few seconds. */
    public void sample() {
        apps.values().forEach(AppTraffic::sessions);
    }

    // --- for the observers

    AppTraffic app(String name) {
        AppTraffic known = apps.get(name);
        return known != null
                ? known
                : apps.computeIfAbsent(name, n -> new AppTraffic(n, metrics.app(n, !n.equals(NO_APP))));
    }

    Metrics metrics() {
        return metrics;
    }

    boolean readsMessages() {
        return readsMessages;
    }

    boolean samplesTraces() {
        return samplesTraces;
    }

    void requestEnded(RequestObserver request) {
        listeners.forEach(listener -> listener.requestEnded(request));
    }

    void sessionOpened(SessionObserver session) {
        sessions.add(session);
        listeners.forEach(listener -> listener.sessionOpened(session));
    }

    void sessionEnded(SessionObserver session) {
        sessions.remove(session);
        listeners.forEach(listener -> listener.sessionEnded(session));
    }

    void runEnded(SessionObserver session, ScriptRun run) {
        listeners.forEach(listener -> listener.runEnded(session, run));
    }
}
