package org.streamlitgateway.status;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.streamlitgateway.channel.ChannelStatus;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.process.ProcessStatus;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ChannelStatusLine;
import org.streamlitgateway.status.StatusSnapshot.FailureLine;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.ReplicaFailure;

/** Reads the status of a gateway. Thread-safe. */
public final class StatusReader {
    /** Sessions listed at most. */
    static final int MAX_SESSIONS = 500;

    /** Unacknowledged bytes from which on a browser is called slow. */
    private static final long SLOW_BYTES = 1 << 20;

    private static final String MAC = "HmacSHA256";
    private static final int ID_BYTES = 5;
    private static final int KEY_BYTES = 32;

    private final MonitoredGateway gateway;
    private final Activity activity = new Activity();
    private final SecretKeySpec key;

    /** Begins to follow the gateway's traffic. */
    public StatusReader(MonitoredGateway gateway) {
        this.gateway = gateway;
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, MAC);
        gateway.traffic().listen(activity);
    }

    /** Returns the status at this moment. */
    public StatusSnapshot read(SessionFilter filter) {
        List<SessionObserver> found = gateway.traffic().sessions().stream()
                .filter(filter::matches)
                .sorted(Comparator.comparing(SessionObserver::opened, Comparator.reverseOrder()))
                .toList();
        return new StatusSnapshot(
                Instant.now(),
                gateway.facts(),
                gateway.apps().stream().map(this::app).toList(),
                found.stream().limit(MAX_SESSIONS).map(this::session).toList(),
                found.size(),
                gateway.channels().status().stream().map(StatusReader::channel).toList(),
                gateway.configuration(),
                gateway.certificateExpiry(),
                activity.limits());
    }

    /** Returns the open session with this id, or {@code null}. */
    public SessionObserver find(String id) {
        return gateway.traffic().sessions().stream()
                .filter(session -> id(session).equals(id))
                .findFirst()
                .orElse(null);
    }

    private AppStatus app(App app) {
        List<ReplicaStatus> replicas = new ArrayList<>();
        for (int i = 0; i < app.replicas().size(); i++) {
            ProcessStatus process = app.managed() == null ? null : app.managed().status(i);
            replicas.add(replica(app, app.replicas().get(i), process));
        }
        return new AppStatus(
                app.name(),
                app.config().name(),
                app.state(),
                app.stop().notice() == null ? null : app.stop().notice().message(),
                app.managed() != null,
                activity.versions(app.name()),
                gateway.traffic().summary(app.name()),
                List.copyOf(replicas));
    }

    private ReplicaStatus replica(App app, Replica replica, ProcessStatus process) {
        RecentRuns runs = activity.runs(app.name(), replica.name());
        int[] millis = runs == null ? new int[0] : runs.sortedMillis();
        return new ReplicaStatus(
                replica.name(),
                replica.address().toString(),
                replica.state(),
                replica.load().sessions(),
                runs == null ? 0 : runs.perMinute(),
                RecentRuns.percentile(millis, 50),
                RecentRuns.percentile(millis, 95),
                process == null ? 0 : process.memoryBytes(),
                process == null ? -1 : process.restarts(),
                failure(replica.lastFailure(), process == null ? null : process.lastEnd()));
    }

    /** Returns the later one; {@code null} if there is none. */
    private static FailureLine failure(ReplicaFailure check, ProcessStatus.End process) {
        if (process != null && (check == null || process.time().isAfter(check.time()))) {
            return new FailureLine(process.time(), process.reason());
        }
        return check == null ? null : new FailureLine(check.time(), check.reason());
    }

    private SessionStatus session(SessionObserver session) {
        long running = session.runningNanos();
        long queued = session.queuedBytes();
        return new SessionStatus(
                id(session),
                session.name(),
                session.app(),
                session.replica(),
                session.request().user(),
                session.request().clientAddress(),
                session.page(),
                session.opened(),
                session.opening() == null ? null : session.opening().name().toLowerCase(Locale.ROOT),
                session.reruns(),
                session.exceptions(),
                session.p95Millis(),
                running < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(running),
                session.bytes(Direction.UP),
                session.bytes(Direction.DOWN),
                queued,
                queued >= SLOW_BYTES);
    }

    private String id(SessionObserver session) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            byte[] hash = mac.doFinal(session.name().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256, which every JDK must provide", e);
        }
    }

    private static ChannelStatusLine channel(ChannelStatus status) {
        return new ChannelStatusLine(
                status.name(),
                status.mode().name().toLowerCase(Locale.ROOT),
                status.state().name().toLowerCase(Locale.ROOT),
                status.subscribers(),
                status.sequence(),
                status.furthestBehind(),
                status.messages(),
                status.dropped(),
                status.reconnects());
    }
}
