package org.streamlitgateway.pages.look;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Look of the built-in pages. The gateway servlet stores it in each request.
 *
 * @param title name of the site, by default {@value #DEFAULT_TITLE}
 * @param logo picture as a data URI, or empty
 */
public record Look(String title, String logo) {
    private static final String DEFAULT_TITLE = "Apps";
    private static final String ATTRIBUTE = Look.class.getName();
    private static final Look PLAIN = new Look(DEFAULT_TITLE, "");

    /** Style that all built-in pages begin with. */
    public static final String STYLE = """
            :root { color-scheme: light dark;
              --text: #262832; --muted: #6a6d7c; --page: #f4f5f8; --panel: #fff; --line: #e2e4ea; --accent: #f03e3e;
              --good: #11743a; --good-fill: #daf3e2; --bad: #a01c1c; --bad-fill: #fde1e1;
              --warn: #85550a; --warn-fill: #fdeccd; --calm: #47506b; --calm-fill: #e6e9f1; }
            @media (prefers-color-scheme: dark) { :root {
              --text: #f1f2f5; --muted: #9ba0b1; --page: #0e1117; --panel: #181b24; --line: #2b303d; --accent: #ff5c5c;
              --good: #7ee2a0; --good-fill: #123a22; --bad: #ffa8a8; --bad-fill: #4a1a1c;
              --warn: #f6cd84; --warn-fill: #44320f; --calm: #b7c0d8; --calm-fill: #272d3c; } }
            * { box-sizing: border-box; }
            body { margin: 0; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
              color: var(--text); background: var(--page); overflow-wrap: break-word; }
            h1, h2, h3, p { margin: 0; }
            a { color: inherit; }
            .site { display: flex; align-items: center; gap: .7rem; font-weight: 600; }
            .site img { height: 2rem; max-width: 10rem; }
            .state { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-size: .8rem; font-weight: 500;
              white-space: nowrap; color: var(--calm); background: var(--calm-fill); }
            .up, .ready, .open { color: var(--good); background: var(--good-fill); }
            .down, .stopping { color: var(--bad); background: var(--bad-fill); }
            .draining, .maintenance, .starting, .reconnecting { color: var(--warn); background: var(--warn-fill); }
            """;

    /** Returns the look stored in a request. */
    public static Look of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Look stored ? stored : PLAIN;
    }

    /** Stores this look in a request. */
    public void putInto(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Whether the operator has chosen a title or a logo. */
    public boolean isCustom() {
        return !logo.isEmpty() || !title.equals(DEFAULT_TITLE);
    }

    /** Returns the logo, if there is one, and the title. */
    public String site() {
        String image = logo.isEmpty() ? "" : "<img src=\"" + logo + "\" alt=\"\">";
        return "<span class=\"site\">" + image + Html.text(title) + "</span>";
    }

    /**
     * Returns a whole page.
     *
     * @param title text of the title, from inside
     * @param head further elements of the head
     * @param style the whole style, exactly as the response's policy permits it
     */
    public static String document(String title, String head, String style, String body) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                %s
                <style>%s</style>
                </head>
                <body>
                %s
                </body>
                </html>
                """.formatted(title, head, style, body);
    }
}
