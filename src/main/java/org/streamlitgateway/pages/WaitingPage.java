package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;

/**
 * Page shown while an app is unavailable. It loads nothing else, requests its own address every second, shows the current
 * reason, and reloads once the response is no error. Without JavaScript it reloads every few seconds.
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
                  if (response.status < 500) { location.reload(); return; }
                  return response.text().then(function (page) {
                    var reason = new DOMParser().parseFromString(page, "text/html").querySelector("#reason");
                    if (reason) { document.querySelector("#reason").textContent = reason.textContent; }
                    poll();
                  });
                }).catch(poll);
              }, 1000);
            })();
            """;

    private WaitingPage() {}

    /** @param reference hexadecimal id by which an operator finds the request */
    static String html(Outcome outcome, String reference) {
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
                <h1>The app is not running</h1>
                <p><span id="reason">%s</span> This page will open it automatically.</p>
                <div class="bar"><i></i></div>
                <p><small>Reference %s</small></p>
                </main>
                <script>%s</script>
                </body>
                </html>
                """.formatted(STYLE, outcome.text(), reference, SCRIPT);
    }
}
