package org.streamlitgateway.status.page;

import java.time.Duration;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.status.StatusSnapshot;
import org.streamlitgateway.status.StatusSnapshot.AppStatus;
import org.streamlitgateway.status.StatusSnapshot.SessionStatus;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.text.Amounts;

/** The open sessions on the page, with a filter. */
final class SessionSection {
    /** Fewer are on their way in any session: the browser acknowledges them with the next pong. */
    private static final int SHOWN_QUEUED_BYTES = 64_000;

    private final StatusSnapshot status;
    private final Viewer viewer;

    SessionSection(StatusSnapshot status, Viewer viewer) {
        this.status = status;
        this.viewer = viewer;
    }

    String html() {
        StringBuilder html = new StringBuilder("<section><div class=\"head\"><h2>Sessions <small>")
                .append(status.sessionsFound())
                .append(isFiltered() ? " of " + status.gateway().sessions() : "")
                .append("</small></h2>");
        filter(html);
        html.append("</div>");
        if (status.sessions().isEmpty()) {
            return html.append("<p class=\"empty\">")
                    .append(isFiltered() ? "No open session matches." : "Nobody is connected at the moment.")
                    .append("</p></section>")
                    .toString();
        }
        html.append("<table class=\"sessions\"><thead><tr><th>Session<th>App<th>User<th>Client<th>Page<th>Opened"
                + "<th class=\"n\">Since<th class=\"n\">Reruns<th class=\"n\">p95<th class=\"n\">Running"
                + "<th class=\"n\">Received<th class=\"n\">Sent<th class=\"n\">Queued<th></tr></thead><tbody>");
        status.sessions().forEach(session -> row(html, session));
        html.append("</tbody></table>");
        int more = status.sessionsFound() - status.sessions().size();
        if (more > 0) {
            html.append("<p class=\"empty\">and ").append(more).append(" more; filter by app or user to see them</p>");
        }
        return html.append("</section>").toString();
    }

    private boolean isFiltered() {
        return !viewer.filter().app().isEmpty() || !viewer.filter().user().isEmpty();
    }

    private void filter(StringBuilder html) {
        html.append("<form class=\"filter\" method=\"get\" action=\"status\">"
                + "<select name=\"app\" aria-label=\"App\"><option value=\"\">All apps");
        for (AppStatus app : status.apps()) {
            html.append("<option value=\"")
                    .append(Html.escaped(app.path()))
                    .append('"')
                    .append(app.path().equals(viewer.filter().app()) ? " selected" : "")
                    .append('>')
                    .append(Html.text(app.name()));
        }
        html.append("</select><input name=\"user\" placeholder=\"User\" aria-label=\"User\" size=\"12\" value=\"")
                .append(Html.text(viewer.filter().user()))
                .append("\"><button>Filter</button></form>");
    }

    private void row(StringBuilder html, SessionStatus session) {
        html.append("<tr><td class=\"id\" title=\"")
                .append(Html.text(session.name()))
                .append("\">")
                .append(session.id())
                .append("<td>")
                .append(Html.text(session.app()))
                .append("<td>")
                .append(session.user() == null ? "" : Html.text(session.user()))
                .append("<td>")
                .append(session.client() == null ? "" : Html.text(session.client()))
                .append("<td>")
                .append(session.page() == null ? "" : Html.text("/" + session.page()))
                .append("<td>")
                .append(session.opening() == null ? "" : session.opening());
        number(html, Amounts.age(Duration.between(session.since(), status.time())));
        number(html, String.valueOf(session.reruns()));
        number(html, session.p95Millis() < 0 ? "" : Amounts.millis(session.p95Millis()));
        number(html, session.runningMillis() < 0 ? "" : Amounts.millis(session.runningMillis()));
        number(html, Amounts.bytes(session.bytesUp()));
        number(html, Amounts.bytes(session.bytesDown()));
        number(
                html,
                session.queuedBytes() < SHOWN_QUEUED_BYTES
                        ? ""
                        : Amounts.bytes(session.queuedBytes())
                                + (session.slow() ? " <span class=\"state draining\">slow</span>" : ""));
        html.append("<td class=\"actions\">")
                .append(Forms.ask(ActionName.END, "End…", "session", session.id()))
                .append(
                        session.user() == null
                                ? ""
                                : Forms.ask(ActionName.END_USER, "End user…", "user", session.user()))
                .append("</tr>");
    }

    private static void number(StringBuilder html, String text) {
        html.append("<td class=\"n\">").append(text);
    }
}
