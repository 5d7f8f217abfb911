package org.streamlitgateway.status.text;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;

/** The status as tables for a terminal. */
public final class StatusText {
    private static final int MAX_CELL_CHARACTERS = 60;

    private final StringBuilder text = new StringBuilder();
    private final StatusSnapshot status;

    private StatusText(StatusSnapshot status) {
        this.status = status;
    }

    public static String of(StatusSnapshot status) {
        return new StatusText(status).text();
    }

    private String text() {
        text.append("streamlit-gateway ")
                .append(status.gateway().version())
                .append(", ")
                .append(name(status.gateway().phase()))
                .append(", up for ")
                .append(ago(status.gateway().started()))
                .append(", ")
                .append(status.gateway().sessions())
                .append(status.gateway().sessions() == 1 ? " session\n" : " sessions\n");
        Reload reload = status.configuration();
        if (reload != null) {
            text.append("configuration ")
                    .append(Printable.of(reload.file().toString()))
                    .append(reload.applied() ? ", read " : ", REJECTED ")
                    .append(ago(reload.time()))
                    .append(" ago\n");
            reload.problems()
                    .forEach(problem ->
                            text.append("  ").append(Printable.of(problem)).append('\n'));
        }
        if (status.certificateExpiry() != null) {
            text.append("certificate valid until ")
                    .append(Amounts.time(status.certificateExpiry()))
                    .append('\n');
        }
        replicas();
        sessions();
        channels();
        status.limits().forEach(limit -> text.append("limit ")
                .append(limit.limit())
                .append(" hit ")
                .append(limit.hits())
                .append(" times on ")
                .append(limit.app())
                .append('\n'));
        return text.toString();
    }

    private void replicas() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "APP",
                "STATE",
                "REPLICA",
                "STATE",
                "SESSIONS",
                "RERUNS/MIN",
                "P50",
                "P95",
                "MEMORY",
                "RESTARTS",
                "LAST FAILURE"));
        for (AppStatus app : status.apps()) {
            for (ReplicaStatus replica : app.replicas()) {
                rows.add(List.of(
                        app.path(),
                        name(app.state()),
                        replica.name(),
                        name(replica.state()),
                        String.valueOf(replica.sessions()),
                        Amounts.rate(replica.rerunsPerMinute()),
                        Amounts.millis(replica.p50Millis()),
                        Amounts.millis(replica.p95Millis()),
                        replica.memoryBytes() == 0 ? "-" : Amounts.bytes(replica.memoryBytes()),
                        replica.restarts() < 0 ? "-" : String.valueOf(replica.restarts()),
                        replica.failure() == null
                                ? "-"
                                : ago(replica.failure().time()) + " ago: "
                                        + replica.failure().reason()));
            }
        }
        table(rows);
    }

    private void sessions() {
        if (status.sessions().isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "SESSION",
                "APP",
                "USER",
                "CLIENT",
                "PAGE",
                "OPENED",
                "SINCE",
                "RERUNS",
                "P95",
                "RUNNING",
                "RECEIVED",
                "SENT",
                "QUEUED"));
        for (SessionStatus session : status.sessions()) {
            rows.add(List.of(
                    session.id(),
                    session.app(),
                    text(session.user()),
                    text(session.client()),
                    session.page() == null ? "-" : "/" + session.page(),
                    text(session.opening()),
                    ago(session.since()),
                    String.valueOf(session.reruns()),
                    Amounts.millis(session.p95Millis()),
                    Amounts.millis(session.runningMillis()),
                    Amounts.bytes(session.bytesUp()),
                    Amounts.bytes(session.bytesDown()),
                    Amounts.bytes(session.queuedBytes()) + (session.slow() ? " slow" : "")));
        }
        table(rows);
        int more = status.sessionsFound() - status.sessions().size();
        if (more > 0) {
            text.append("and ").append(more).append(" more\n");
        }
    }

    private void channels() {
        if (status.channels().isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("CHANNEL", "MODE", "FEED", "SUBSCRIBERS", "NEWEST", "BEHIND", "SKIPPED", "RECONNECTS"));
        status.channels()
                .forEach(channel -> rows.add(List.of(
                        channel.name(),
                        channel.mode(),
                        channel.state(),
                        String.valueOf(channel.subscribers()),
                        channel.sequence() < 0 ? "-" : String.valueOf(channel.sequence()),
                        String.valueOf(channel.furthestBehind()),
                        String.valueOf(channel.dropped()),
                        String.valueOf(channel.reconnects()))));
        table(rows);
    }

    /** Appends a table whose columns are as wide as their widest cell. */
    private void table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        List<List<String>> cells = rows.stream()
                .map(row -> row.stream()
                        .map(cell -> Printable.of(cell, MAX_CELL_CHARACTERS))
                        .toList())
                .toList();
        text.append('\n');
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                int column = i;
                int width = cells.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                line.append(row.get(i)).append(" ".repeat(width - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private String ago(Instant time) {
        return Amounts.age(Duration.between(time, status.time()));
    }

    private static String text(String value) {
        return value == null || value.isEmpty() ? "-" : value;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
