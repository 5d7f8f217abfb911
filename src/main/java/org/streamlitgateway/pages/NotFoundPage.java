package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;

/** Page for a browser that opens an address without an app; links to the gateway's root, which lists the apps. */
final class NotFoundPage {
    static final String STYLE = """
            body { font-family: system-ui, sans-serif; margin: 0; color: #31333f; background: #fff; }
            main { max-width: 32rem; margin: 20vh auto; padding: 1rem; text-align: center; }
            a { color: inherit; }
            @media (prefers-color-scheme: dark) { body { color: #fafafa; background: #0e1117; } }
            """;

    private NotFoundPage() {}

    static String html(Outcome outcome) {
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
                <p><a href="/">To the start page</a></p>
                </main>
                </body>
                </html>
                """.formatted(STYLE, outcome.text());
    }
}
