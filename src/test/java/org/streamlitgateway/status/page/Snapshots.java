package org.streamlitgateway.status.page;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.streamlitgateway.observe.history.AppSummary;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.routing.AppState;
import org.streamlitgateway.status.SessionFilter;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ChannelStatusLine;
import org.streamlitgateway.status.StatusSnapshot.FailureLine;
import org.streamlitgateway.status.StatusSnapshot.GatewayFacts;
import org.streamlitgateway.status.StatusSnapshot.LimitHits;
import org.streamlitgateway.status.StatusSnapshot.Phase;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.ActionResult;
import org.streamlitgateway.status.action.Actor;
import org.streamlitgateway.status.action.AuditEntry;
import org.streamlitgateway.status.action.FormFields;
import org.streamlitgateway.upstream.ReplicaState;

/** Snapshots for the tests of the page. */
final class Snapshots {
    static final Instant NOW = Instant.parse("2026-11-27T16:10:00Z");

    private Snapshots() {}

    static StatusSnapshot empty() {
        return new StatusSnapshot(
                NOW,
                new GatewayFacts("1.0", "17.0.17+10", "jetty/12.1.14", NOW.minusSeconds(12), Phase.READY, 0),
                List.of(app("/", "Streamlit", AppState.UNKNOWN, null, false, flat(), List.of(idle()))),
                List.of(),
                0,
                List.of(),
                null,
                null,
                List.of());
    }

    private static ReplicaStatus idle() {
        return new ReplicaStatus("localhost:8501", "localhost:8501", ReplicaState.UNKNOWN, 0, 0, -1, -1, 0, -1, null);
    }

    private static AppSummary flat() {
        List<Long> none = LongStream.range(0, 60).map(i -> 0).boxed().toList();
        return new AppSummary("/", 0, 0, -1, -1, 0, 0, none, none, none);
    }

    /** Returns a gateway with this many sessions, of which the page lists at most 500. */
    static StatusSnapshot busy(int sessions) {
        List<SessionStatus> listed = IntStream.range(0, Math.min(500, sessions))
                .mapToObj(Snapshots::session)
                .toList();
        List<AppStatus> apps = new ArrayList<>();
        apps.add(app(
                "/sales",
                "Sales",
                AppState.UP,
                null,
                false,
                wave("/sales", sessions, 3),
                List.of(
                        new ReplicaStatus(
                                "app1:8501", "app1:8501", ReplicaState.UP, sessions / 2, 41.4, 120, 870, 0, -1, null),
                        new ReplicaStatus(
                                "app2:8501",
                                "app2:8501",
                                ReplicaState.DRAINING,
                                sessions / 3,
                                17.8,
                                133,
                                910,
                                0,
                                -1,
                                new FailureLine(
                                        NOW.minus(Duration.ofMinutes(41)), "its health check returned status 503")),
                        new ReplicaStatus(
                                "app3:8501",
                                "app3:8501",
                                ReplicaState.DOWN,
                                0,
                                0,
                                -1,
                                -1,
                                0,
                                -1,
                                new FailureLine(NOW.minusSeconds(3), "it accepts no connection")))));
        apps.add(app(
                "/reports",
                "Quarterly reports",
                AppState.UP,
                null,
                true,
                wave("/reports", sessions / 5, 17),
                List.of(
                        new ReplicaStatus(
                                "process 0",
                                "127.0.0.1:41233",
                                ReplicaState.UP,
                                sessions / 10,
                                8.2,
                                2210,
                                9400,
                                412_000_000,
                                2,
                                new FailureLine(
                                        NOW.minus(Duration.ofHours(3)),
                                        "ended with exit code 137, over its memory limit")),
                        new ReplicaStatus(
                                "process 1",
                                "127.0.0.1:41234",
                                ReplicaState.MAINTENANCE,
                                0,
                                0,
                                -1,
                                -1,
                                388_000_000,
                                0,
                                null))));
        apps.add(app(
                "/planning", "Planning", AppState.MAINTENANCE, "We are back at noon.", true, flat(), List.of(idle())));
        return new StatusSnapshot(
                NOW,
                new GatewayFacts(
                        "1.0", "17.0.17+10", "jetty/12.1.14", NOW.minus(Duration.ofDays(9)), Phase.READY, sessions),
                List.copyOf(apps),
                listed,
                sessions,
                List.of(
                        new ChannelStatusLine("prices", "shared", "open", 212, 1_204_331, 14, 1_204_331, 310, 2),
                        new ChannelStatusLine("orders", "dedicated", "reconnecting", 3, -1, 0, 90, 0, 12)),
                new Reload(
                        Path.of("/etc/streamlit-gateway/gateway.yaml"),
                        NOW.minus(Duration.ofMinutes(7)),
                        false,
                        List.of("gateway.yaml:14 apps./b.replicas: 'nowhere' is not an address")),
                NOW.plus(Duration.ofDays(11)),
                List.of(new LimitHits("max-sessions-per-client", "/sales", 17)));
    }

    private static AppStatus app(
            String path,
            String name,
            AppState state,
            String notice,
            boolean managed,
            AppSummary summary,
            List<ReplicaStatus> replicas) {
        return new AppStatus(path, name, state, notice, managed, List.of("1.64.0"), summary, replicas);
    }

    private static AppSummary wave(String path, int sessions, int phase) {
        List<Long> open = LongStream.range(0, 60)
                .mapToObj(i -> Math.round(sessions * (0.6 + 0.3 * Math.sin((i + phase) / 9.0) + i * 0.0016)))
                .toList();
        List<Long> reruns = LongStream.range(0, 60)
                .mapToObj(i -> 30 + (i * 7919 + phase * 31L) % 29)
                .toList();
        List<Long> p95 = LongStream.range(0, 60)
                .mapToObj(i -> i % 13 == 5 ? 4100L : 700 + (i * 104_729 + phase) % 390)
                .toList();
        return new AppSummary(path, sessions, 59.2, 124, 880, 4, phase % 2, open, reruns, p95);
    }

    static SessionStatus session(int i) {
        boolean slow = i % 41 == 7;
        return new SessionStatus(
                String.format(Locale.ROOT, "%010x", 0x1f3a2b00L + i * 7919L),
                "WebSocket " + i,
                i % 4 == 0 ? "/reports" : "/sales",
                "app1:8501",
                i % 3 == 0 ? null : "user" + i % 90 + "@example.com",
                "10.4." + i % 250 + "." + i % 199,
                i % 5 == 0 ? "" : "overview",
                NOW.minusSeconds(30 + i * 47L),
                i % 7 == 0 ? "resumed" : "new",
                3 + i % 60,
                0,
                90 + i % 800,
                i % 9 == 0 ? 12_300 : -1,
                4_000 + i * 31L,
                1_200_000 + i * 9_311L,
                slow ? 4_300_000 : 0,
                slow);
    }

    static Viewer viewer() {
        return viewer(null, FormFields.parse(""), 0);
    }

    static Viewer viewer(ActionName asked, FormFields fields, long done) {
        AuditEntry entry = new AuditEntry(
                7,
                NOW.minusSeconds(2),
                new Actor("ada@example.com", "10.4.0.9"),
                ActionName.DRAIN,
                "app=/sales replica=app2:8501",
                ActionResult.done("app2:8501 of /sales is draining, with 66 sessions"));
        return new Viewer(
                new Look("Acme data apps", ""), SessionFilter.ALL, "TOKEN", true, asked, fields, done, List.of(entry));
    }
}
