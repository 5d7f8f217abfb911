package org.streamlitgateway.status.page;

import java.time.Duration;
import java.time.Instant;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.ChannelStatusLine;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.AuditEntry;
import org.streamlitgateway.status.text.Amounts;
import org.streamlitgateway.upstream.ReplicaState;

/** The status page as HTML. */
final class StatusHtml {
    static final int REFRESH_SECONDS = 10;
    private static final int EXPIRES_SOON_DAYS = 14;
    private static final String[] LEVELS = {"ERROR", "WARN", "INFO", "DEBUG", "TRACE"};

    private final StatusSnapshot status;
    private final Viewer viewer;
    private final StringBuilder html = new StringBuilder(64 * 1024);

    private StatusHtml(StatusSnapshot status, Viewer viewer) {
        this.status = status;
        this.viewer = viewer;
    }

    static String of(StatusSnapshot status, Viewer viewer) {
        return new StatusHtml(status, viewer).html();
    }

    private String html() {
        html.append("<main>");
        top();
        viewer.audit().stream()
                .filter(entry -> entry.number() == viewer.doneNumber())
                .forEach(this::note);
        if (viewer.asked() != null) {
            html.append(Forms.confirmation(viewer));
        } else {
            tiles();
            AppSection section = new AppSection(status, viewer.token());
            status.apps().forEach(app -> html.append(section.html(app)));
            html.append(new SessionSection(status, viewer).html());
            channels();
            gateway();
            actions();
        }
        html.append("</main>");
        boolean refreshes = viewer.refreshes() && viewer.asked() == null;
        return Look.document(
                "Status",
                refreshes ? "<meta http-equiv=\"refresh\" content=\"" + REFRESH_SECONDS + "\">" : "",
                StatusStyle.CSS,
                html.toString());
    }

    private void top() {
        html.append("<div class=\"top\"><h1>").append(viewer.look().site()).append("</h1>");
        html.append(AppSection.state(status.gateway().phase()));
        html.append("<span class=\"muted\">")
                .append(Amounts.time(status.time()))
                .append("</span>");
        if (viewer.asked() == null) {
            html.append(
                    viewer.refreshes()
                            ? "<a class=\"button\" href=\"status?refresh=no\">Pause</a>"
                            : "<a class=\"button\" href=\"status\">Refresh</a>");
        }
        html.append("</div>");
    }

    private void note(AuditEntry entry) {
        html.append("<section class=\"note")
                .append(entry.result().done() ? "" : " failed")
                .append("\" role=\"status\">")
                .append(entry.result().done() ? "" : "Not done: ")
                .append(Html.text(entry.result().text()))
                .append("</section>");
    }

    private void tiles() {
        double reruns = 0;
        long failures = 0;
        int replicas = 0;
        int available = 0;
        for (AppStatus app : status.apps()) {
            reruns += app.summary().rerunsPerMinute();
            failures += app.summary().failuresLastHour();
            replicas += app.replicas().size();
            available += (int) app.replicas().stream()
                    .filter(replica -> replica.state() == ReplicaState.UP)
                    .count();
        }
        html.append("<div class=\"tiles\">");
        tile(String.valueOf(status.gateway().sessions()), "open sessions");
        tile(Amounts.rate(reruns), "reruns a minute");
        tile(available + " of " + replicas, replicas == 1 ? "replica is up" : "replicas are up");
        tile(String.valueOf(failures), "failed requests in the last hour");
        tile(age(status.gateway().started()), "since the start");
        html.append("</div>");
    }

    private void tile(String value, String label) {
        html.append("<div class=\"tile\"><b>")
                .append(value)
                .append("</b><span>")
                .append(label)
                .append("</span></div>");
    }

    private String age(Instant since) {
        return Amounts.age(Duration.between(since, status.time()));
    }

    private void channels() {
        if (status.channels().isEmpty()) {
            return;
        }
        html.append("<section><h2>Channels</h2><table class=\"channels\"><thead><tr><th>Channel<th>Mode<th>Feed"
                + "<th class=\"n\">Subscribers<th class=\"n\">Newest message<th class=\"n\">Furthest behind"
                + "<th class=\"n\">Skipped<th class=\"n\">Reconnects</tr></thead><tbody>");
        for (ChannelStatusLine channel : status.channels()) {
            html.append("<tr><td>")
                    .append(Html.text(channel.name()))
                    .append("<td>")
                    .append(channel.mode())
                    .append("<td><span class=\"state ")
                    .append(channel.state())
                    .append("\">")
                    .append(channel.state())
                    .append("</span>");
            number(channel.subscribers());
            html.append("<td class=\"n\">").append(channel.sequence() < 0 ? "" : channel.sequence());
            number(channel.furthestBehind());
            number(channel.dropped());
            number(channel.reconnects());
            html.append("</tr>");
        }
        html.append("</tbody></table></section>");
    }

    private void number(long value) {
        html.append("<td class=\"n\">").append(value);
    }

    private void gateway() {
        html.append("<section><h2>Gateway</h2><dl>");
        fact("Version", "streamlit-gateway " + Html.text(status.gateway().version()));
        fact(
                "Runs on",
                "Java " + Html.text(status.gateway().java()) + ", "
                        + Html.text(status.gateway().container()));
        fact("Configuration", configuration());
        if (status.certificateExpiry() != null) {
            long days =
                    Duration.between(status.time(), status.certificateExpiry()).toDays();
            fact(
                    "Certificate",
                    "<span" + (days < EXPIRES_SOON_DAYS ? " class=\"trouble\"" : "") + ">valid until "
                            + Amounts.time(status.certificateExpiry()) + " (" + days + " days)</span>");
        }
        StringBuilder limits = new StringBuilder();
        status.limits().forEach(limit -> limits.append(limits.isEmpty() ? "" : "<br>")
                .append(limit.limit())
                .append(": ")
                .append(limit.hits())
                .append(" × on ")
                .append(Html.text(limit.app())));
        fact("Limits hit", limits.isEmpty() ? "none since the start" : limits.toString());
        StringBuilder levels = new StringBuilder();
        for (String level : LEVELS) {
            levels.append(Forms.button(ActionName.LOG_LEVEL, level, viewer.token(), "level", level))
                    .append(' ');
        }
        fact("Log level", levels.toString());
        html.append("</dl></section>");
    }

    private void fact(String name, String value) {
        html.append("<dt>").append(name).append("<dd>").append(value);
    }

    private String configuration() {
        Reload reload = status.configuration();
        if (reload == null) {
            return "command line and environment, no file";
        }
        String text = "<code>" + Html.text(reload.file().toString()) + "</code>, "
                + (reload.applied() ? "read " : "<span class=\"trouble\">rejected</span> ") + age(reload.time())
                + " ago "
                + Forms.button(ActionName.RELOAD, "Reload", viewer.token());
        StringBuilder problems = new StringBuilder(text);
        reload.problems().forEach(problem -> problems.append("<br><span class=\"trouble\">")
                .append(Html.text(problem))
                .append("</span>"));
        return problems.toString();
    }

    private void actions() {
        if (viewer.audit().isEmpty()) {
            return;
        }
        html.append("<section><h2>Latest actions</h2><table><thead><tr><th>Time<th>Who<th>Action<th>Result</tr></thead>"
                + "<tbody>");
        for (AuditEntry entry : viewer.audit()) {
            html.append("<tr><td>")
                    .append(Amounts.time(entry.time()))
                    .append("<td>")
                    .append(Html.text(entry.actor().name()))
                    .append(" <span class=\"muted\">")
                    .append(Html.text(entry.actor().from()))
                    .append("</span><td>")
                    .append(entry.action().key())
                    .append(' ')
                    .append(Html.text(entry.target()))
                    .append("<td>")
                    .append(entry.result().done() ? "" : "<span class=\"trouble\">not done:</span> ")
                    .append(Html.text(entry.result().text()))
                    .append("</tr>");
        }
        html.append("</tbody></table></section>");
    }
}
