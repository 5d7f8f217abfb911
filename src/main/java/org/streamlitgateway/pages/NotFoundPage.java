package org.streamlitgateway.pages;

import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.pages.look.Look;

/** Page for a browser that opens an address without an app. */
final class NotFoundPage {
    static final String STYLE = Look.STYLE + """
            main { max-width: 32rem; margin: 20vh auto; padding: 1rem; text-align: center; }
            main .site { justify-content: center; margin-bottom: 2rem; }
            """;

    private static final String LINK = "<p><a href=\"%s\">All apps</a></p>";

    private NotFoundPage() {}

    /**
     * @param appList relative address of the list of apps, or {@code null} if there is no list
     * @param reference hexadecimal id by which an operator finds the request
     */
    static String html(Outcome outcome, String appList, String reference, Look look) {
        String body = """
                <main>
                %s
                <h1>Not found</h1>
                <p>%s</p>
                %s
                <p><small>Reference %s</small></p>
                </main>""".formatted(
                        look.isCustom() ? look.site() : "",
                        outcome.text(),
                        appList == null ? "" : LINK.formatted(appList),
                        reference);
        return Look.document("Not found", "", STYLE, body);
    }
}
