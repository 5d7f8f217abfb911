package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.pages.look.Html;
import org.streamlitgateway.pages.look.Look;

/**
 * Page shown while an app is unavailable. It loads nothing else, requests its own address every second, shows the current
 * reason, and reloads once the response is no error. Without JavaScript it reloads every few seconds.
 */
final class WaitingPage {
    static final String STYLE = Look.STYLE + """
            body { display: grid; place-items: center; min-height: 90vh; }
            main { max-width: 32rem; padding: 1rem; text-align: center; }
            main .site { justify-content: center; margin-bottom: 2rem; }
            p { margin-top: .5rem; }
            .bar { height: 4px; background: var(--line); overflow: hidden; border-radius: 2px; margin: 1.5rem 0; }
            .bar i { display: block; width: 30%; height: 100%; background: var(--accent); animation: go 1.4s infinite; }
            @keyframes go { from { margin-left: -30%; } to { margin-left: 100%; } }
            """;

    /** Part of Accept in the page's own requests, whose response needs no logo. */
    private static final String POLL = "text/html;logo=no";

    static final String SCRIPT = """
            (function poll() {
              setTimeout(function () {
                fetch(location.href, { cache: "no-store", headers: { Accept: "text/html;logo=no" } }).then(function (response) {
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

    /**
     * @param accept Accept of the request, or {@code null}
     * @param reference hexadecimal id by which an operator finds the request
     * @param message the operator's text about an app in maintenance; {@code null} otherwise
     */
    static String html(Outcome outcome, String accept, String message, String reference, Look look) {
        boolean poll = accept != null && accept.contains(POLL);
        boolean maintenance = outcome == Outcome.MAINTENANCE;
        String reason = message == null || message.isEmpty() ? outcome.text() : Html.text(message);
        String body = """
                <main>
                %s
                <h1>%s</h1>
                <p><span id="reason">%s</span> This page will open it automatically.</p>
                <div class="bar"><i></i></div>
                <p><small>Reference %s</small></p>
                </main>
                <script>%s</script>""".formatted(
                        look.isCustom() && !poll ? look.site() : "",
                        maintenance ? "Maintenance" : "The app is not running",
                        reason,
                        reference,
                        SCRIPT);
        return Look.document(
                "Waiting for the app", "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>", STYLE, body);
    }
}
