package org.streamlitgateway.pages;

import java.util.List;

/** HTML page that lists the apps, shown at the root if there is no app. Loads no external resources. */
final class AppListPage {
    static final String STYLE = """
            body { font-family: system-ui, sans-serif; margin: 0; color: #31333f; background: #fff; }
            main { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
            ul { list-style: none; padding: 0; }
            a { display: block; padding: 1rem; margin: .75rem 0; border: 1px solid #d6d6d9; border-radius: .5rem;
                color: inherit; text-decoration: none; }
            a:hover, a:focus { border-color: #ff4b4b; }
            span { float: right; font-size: .85rem; padding: .1rem .6rem; border-radius: 1rem; background: #eee; }
            span.up { background: #d7f5dd; color: #12521f; }
            span.down { background: #fde0e0; color: #7d1a1a; }
            small { color: #6b6d7a; }
            @media (prefers-color-scheme: dark) {
              body { color: #fafafa; background: #0e1117; } a { border-color: #41444c; } small { color: #a3a8b8; }
              span { background: #262730; } span.up { background: #12521f; color: #d7f5dd; }
              span.down { background: #7d1a1a; color: #fde0e0; }
            }
            """;

    private AppListPage() {}

    static String html(List<AppListEntry> entries) {
        StringBuilder list = new StringBuilder();
        for (AppListEntry entry : entries) {
            String state = entry.up() ? "up" : entry.asleep() ? "asleep" : "down";
            String label = entry.up() ? "Up" : entry.asleep() ? "Starts when opened" : "Down";
            list.append("<li><a href=\"%s\"><b>%s</b><span class=\"%s\">%s</span><br><small>%s</small></a></li>%n"
                    .formatted(
                            escaped(entry.path()), escaped(entry.name()), state, label, escaped(entry.description())));
        }
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="refresh" content="15">
                <title>Apps</title>
                <style>""" + STYLE + """
                </style>
                </head>
                <body>
                <main>
                <h1>Apps</h1>
                <ul>
                """ + list + """
                </ul>
                </main>
                </body>
                </html>
                """;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
