package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;

/** Page for a browser that opens an address without an app. */
final class NotFoundPage {
    static final String STYLE = """
            body { font-family: system-ui, sans-serif; margin: 0; color: #31333f; background: #fff; }
            main { max-width: 32rem; margin: 20vh auto; padding: 1rem; text-align: center; }
            a { color: inherit; }
            @media (prefers-color-scheme: dark) { body { color: #fafafa; background: #0e1117; } }
            """;

    private static final String LINK = "<p><a href=\"%s\">All apps</a></p>";

    private NotFoundPage() {}

    /**
     * Returns the page.
     *
     * @param appList relative address of the list of apps, or {@code null} if there is no list
     * @param reference hexadecimal id by which an operator finds the request
     */
    static String html(Outcome outcome, String appList, String reference) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Not found</title>
                <style>%s</style>
                </head>
                <body>
                <main>
                <h1>Not found</h1>
                <p>%s</p>
                %s
                <p><small>Reference %s</small></p>
                </main>
                </body>
                </html>
                """.formatted(STYLE, outcome.text(), appList == null ? "" : LINK.formatted(appList), reference);
    }
}
