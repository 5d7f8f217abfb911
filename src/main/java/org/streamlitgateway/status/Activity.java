package org.streamlitgateway.status;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.ScriptRun;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.TrafficListener;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.status.StatusSnapshot.LimitHits;
import org.streamlitgateway.streamlit.message.ScriptListener.RunStatus;

/**
 * What has happened to replicas and limits, for the status page. Memory is bounded by the number of configured apps and
 * replicas. Thread-safe.
 */
final class Activity implements TrafficListener {
    /** Settings whose limits make the gateway refuse with these outcomes. */
    private static final Map<Outcome, String> LIMITS = Map.of(
            Outcome.TOO_MANY_UPLOADS, "max-uploads-per-client",
            Outcome.TOO_MANY_SESSIONS, "max-sessions-per-client",
            Outcome.TOO_MANY_HANDSHAKES, "handshakes in progress",
            Outcome.TOO_MANY_SUBSCRIBERS, "subscribers of a channel",
            Outcome.TOO_MANY_SENDS, "sends to a channel",
            Outcome.MESSAGE_TOO_LARGE, "max-message-size",
            Outcome.HEAD_TOO_LARGE, "size of headers",
            Outcome.STALLED, "stall-timeout");

    /** Versions kept for an app; its replicas have one, two during an upgrade. */
    private static final int MAX_VERSIONS = 4;

    private record Replica(String app, String name) {}

    private record Limit(Outcome outcome, String app) {}

    private final Map<Replica, RecentRuns> runs = new ConcurrentHashMap<>();
    private final Map<Limit, LongAdder> hits = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> versions = new ConcurrentHashMap<>();

    @Override
    public void requestEnded(RequestObserver request) {
        hit(request.outcome(), request.app());
    }

    @Override
    public void sessionOpened(SessionObserver session) {}

    @Override
    public void sessionEnded(SessionObserver session) {
        String outcome = session.end().outcome();
        for (Outcome limit : LIMITS.keySet()) {
            if (limit.name().toLowerCase(Locale.ROOT).equals(outcome)) {
                hit(limit, session.app());
            }
        }
    }

    @Override
    public void runEnded(SessionObserver session, ScriptRun run) {
        if (run.status() == RunStatus.FINISHED) {
            runs.computeIfAbsent(new Replica(session.app(), session.replica()), key -> new RecentRuns())
                    .add(run.durationNanos());
        }
        String version = session.streamlitVersion();
        if (version != null) {
            Set<String> known = versions.computeIfAbsent(session.app(), key -> ConcurrentHashMap.newKeySet());
            if (known.size() < MAX_VERSIONS) {
                known.add(version);
            }
        }
    }

    private void hit(Outcome outcome, String app) {
        if (outcome != null && LIMITS.containsKey(outcome)) {
            hits.computeIfAbsent(new Limit(outcome, app), key -> new LongAdder())
                    .increment();
        }
    }

    /** Returns the runs of a replica; {@code null} if there was none. */
    RecentRuns runs(String app, String replica) {
        return runs.get(new Replica(app, replica));
    }

    /** Returns the versions of Streamlit that the app's sessions reported, sorted. */
    List<String> versions(String app) {
        return List.copyOf(new TreeSet<>(versions.getOrDefault(app, Set.of())));
    }

    /** Returns the limits that were hit, the most frequent first. */
    List<LimitHits> limits() {
        return hits.entrySet().stream()
                .map(hit -> new LimitHits(
                        LIMITS.get(hit.getKey().outcome()),
                        hit.getKey().app(),
                        hit.getValue().sum()))
                .sorted(Comparator.comparingLong(LimitHits::hits).reversed())
                .toList();
    }
}
