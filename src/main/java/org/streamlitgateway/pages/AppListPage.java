package org.streamlitgateway.pages;

import java.util.List;
import java.util.Locale;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.routing.AppState;

/** HTML page that lists the apps, shown at the root if there is no app. Loads no external resources. */
final class AppListPage {
    static final String STYLE = Look.STYLE + """
            main { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
            h1 { font-size: 1.5rem; } h1 .site img { height: 2.5rem; }
            ul { list-style: none; padding: 0; margin: 1.5rem 0; }
            li a { display: block; padding: 1rem 1.2rem; margin: .75rem 0; border: 1px solid var(--line);
              border-radius: .6rem; background: var(--panel); text-decoration: none; }
            li a:hover, li a:focus { border-color: var(--accent); }
            li .state { float: right; margin-left: .5rem; }
            small { color: var(--muted); font-size: .9rem; }
            """;

    private AppListPage() {}

    static String html(List<AppListEntry> entries, Look look) {
        StringBuilder list = new StringBuilder();
        for (AppListEntry entry : entries) {
            list.append("<li><a href=\"%s\"><span class=\"state %s\">%s</span><b>%s</b><br><small>%s</small></a></li>%n"
                    .formatted(
                            Html.escaped(entry.path()),
                            entry.state().name().toLowerCase(Locale.ROOT),
                            label(entry.state()),
                            Html.text(entry.name()),
                            Html.text(entry.description())));
        }
        String body = "<main>\n<h1>" + look.site() + "</h1>\n<ul>\n" + list + "</ul>\n</main>";
        return Look.document(Html.text(look.title()), "<meta http-equiv=\"refresh\" content=\"15\">", STYLE, body);
    }

    private static String label(AppState state) {
        return switch (state) {
            case UNKNOWN -> "Not checked yet";
            case UP -> "Up";
            case DOWN -> "Down";
            case STARTING -> "Starting";
            case ASLEEP -> "Starts when opened";
            case MAINTENANCE -> "Maintenance";
        };
    }
}
