package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;

/**
 * HTML page shown while an app is unavailable. Loads no external resources. Requests its own URL every second and reloads
 * when the response is no longer a server error; without JavaScript, it reloads periodically.
 */
final class WaitingPage {
    static final String STYLE = """
            body { font-family: system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh;
                   margin: 0; color: #31333f; background: #fff; }
            main { max-width: 32rem; padding: 1rem; text-align: center; }
            .bar { height: 4px; background: #eee; overflow: hidden; border-radius: 2px; margin: 1.5rem 0; }
            .bar i { display: block; width: 30%; height: 100%; background: #ff4b4b; animation: go 1.4s infinite; }
            @keyframes go { from { margin-left: -30%; } to { margin-left: 100%; } }
            @media (prefers-color-scheme: dark) { body { color: #fafafa; background: #0e1117; } .bar { background: #262730; } }
            """;

    static final String SCRIPT = """
            (function poll() {
              setTimeout(function () {
                fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } }).then(function (response) {
                  if (response.status < 500) { location.reload(); } else { poll(); }
                }, poll);
              }, 1000);
            })();
            """;

    private WaitingPage() {}

    static String html(Outcome outcome) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Waiting for the app</title>
                <noscript><meta http-equiv="refresh" content="3"></noscript>
                <style>%s</style>
                </head>
                <body>
                <main>
                <h1>The app is not up</h1>
                <p>%s This page opens the app by itself as soon as it answers.</p>
                <div class="bar"><i></i></div>
                </main>
                <script>%s</script>
                </body>
                </html>
                """.formatted(STYLE, outcome.text(), SCRIPT);
    }
}
