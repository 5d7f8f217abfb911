package org.streamlitgateway.status.page;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.observe.history.AppSummary;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.routing.AppState;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.FailureLine;
import org.streamlitgateway.status.StatusSnapshot.ReplicaStatus;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.text.Amounts;
import org.streamlitgateway.upstream.ReplicaState;

/** One app on the page: state, lines of the last hour, and replicas with their actions. */
final class AppSection {
    private static final String APP = "app";
    private static final String REPLICA = "replica";

    private final StatusSnapshot status;
    private final String token;

    AppSection(StatusSnapshot status, String token) {
        this.status = status;
        this.token = token;
    }

    String html(AppStatus app) {
        StringBuilder html = new StringBuilder("<section><div class=\"head\"><h2><a href=\"..")
                .append(Html.escaped(app.path()))
                .append(app.path().equals("/") ? "" : "/")
                .append("\">")
                .append(Html.text(app.name()))
                .append("</a>");
        if (!app.name().equals(app.path())) {
            html.append(" <small>").append(Html.text(app.path())).append("</small>");
        }
        html.append("</h2>").append(state(app.state())).append("<span class=\"actions\">");
        if (app.notice() == null) {
            html.append(Forms.ask(ActionName.STOP, "Stop…", APP, app.path()));
        } else {
            html.append(Forms.button(ActionName.RESUME, "Resume", token, APP, app.path()));
        }
        html.append("</span></div>");
        if (app.notice() != null) {
            html.append("<p class=\"muted\">Stopped for visitors. Text: ")
                    .append(app.notice().isEmpty() ? "none" : Html.text(app.notice()))
                    .append("</p>");
        }
        return html.append(charts(app.summary()))
                .append(facts(app))
                .append(replicas(app))
                .append("</section>")
                .toString();
    }

    static String state(Enum<?> state) {
        String name = state.name().toLowerCase(Locale.ROOT);
        String label = state == AppState.UNKNOWN || state == ReplicaState.UNKNOWN ? "not checked yet" : name;
        return "<span class=\"state " + name + "\">" + label + "</span>";
    }

    private static String charts(AppSummary app) {
        return "<div class=\"charts\">"
                + chart("c1", String.valueOf(app.sessions()), "sessions", app.sessionsByMinute())
                + chart("c2", Amounts.rate(app.rerunsPerMinute()), "reruns/min", app.rerunsByMinute())
                + chart("c3", Amounts.millis(app.p95Millis()), "95 % of reruns within", app.p95ByMinute())
                + "</div>";
    }

    private static String chart(String style, String value, String label, List<Long> values) {
        return "<figure class=\"" + style + "\"><figcaption><b>" + value + "</b>" + label + "</figcaption>"
                + Sparkline.svg(values, label + " in the last hour") + "</figure>";
    }

    private static String facts(AppStatus app) {
        StringBuilder facts = new StringBuilder();
        if (!app.streamlitVersions().isEmpty()) {
            facts.append("Streamlit ").append(Html.text(String.join(", ", app.streamlitVersions())));
        }
        count(facts, app.summary().exceptionsLastHour(), "exception");
        count(facts, app.summary().failuresLastHour(), "failed request");
        return facts.isEmpty() ? "" : "<p class=\"muted\">" + facts + "</p>";
    }

    private static void count(StringBuilder facts, long count, String what) {
        if (count > 0) {
            facts.append(facts.isEmpty() ? "" : " · ")
                    .append("<span class=\"trouble\">")
                    .append(count)
                    .append(' ')
                    .append(what)
                    .append(count == 1 ? "" : "s")
                    .append("</span> in the last hour");
        }
    }

    private String replicas(AppStatus app) {
        StringBuilder html = new StringBuilder("<table class=\"replicas\"><thead><tr><th>Replica<th>State"
                + "<th class=\"n\">Sessions<th class=\"n\">Reruns/min<th class=\"n\">p50<th class=\"n\">p95"
                + (app.managed() ? "<th class=\"n\">Memory<th class=\"n\">Restarts" : "<th><th>")
                + "<th>Last failure<th></tr></thead><tbody>");
        app.replicas().forEach(replica -> html.append(row(app, replica)));
        return html.append("</tbody></table>").toString();
    }

    private String row(AppStatus app, ReplicaStatus replica) {
        boolean named = !replica.name().equals(replica.address());
        String name = Html.text(replica.name())
                + (named ? " <span class=\"muted\">" + Html.text(replica.address()) + "</span>" : "");
        return "<tr><td>" + name + "<td>" + state(replica.state())
                + "<td class=\"n\">" + replica.sessions()
                + "<td class=\"n\">" + Amounts.rate(replica.rerunsPerMinute())
                + "<td class=\"n\">" + (replica.p50Millis() < 0 ? "" : Amounts.millis(replica.p50Millis()))
                + "<td class=\"n\">" + (replica.p95Millis() < 0 ? "" : Amounts.millis(replica.p95Millis()))
                + "<td class=\"n\">" + (replica.memoryBytes() == 0 ? "" : Amounts.bytes(replica.memoryBytes()))
                + "<td class=\"n\">" + (replica.restarts() < 0 ? "" : replica.restarts())
                + "<td>" + failure(replica.failure())
                + "<td class=\"actions\">" + actions(app, replica) + "</tr>";
    }

    private String failure(FailureLine failure) {
        return failure == null
                ? ""
                : Html.text(failure.reason()) + " <span class=\"muted\" title=\"" + Amounts.time(failure.time()) + "\">"
                        + Amounts.age(Duration.between(failure.time(), status.time())) + " ago</span>";
    }

    private String actions(AppStatus app, ReplicaStatus replica) {
        String[] target = {APP, app.path(), REPLICA, replica.name()};
        ReplicaState state = replica.state();
        boolean out = state == ReplicaState.DRAINING || state == ReplicaState.MAINTENANCE;
        return (out ? Forms.button(ActionName.READY, "Ready", token, target) : "")
                + (state == ReplicaState.DRAINING ? "" : Forms.button(ActionName.DRAIN, "Drain", token, target))
                + (state == ReplicaState.MAINTENANCE ? "" : Forms.ask(ActionName.MAINT, "Maintenance…", target))
                + (app.managed() ? Forms.ask(ActionName.RESTART, "Restart…", target) : "");
    }
}
