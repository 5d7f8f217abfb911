package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.regex.Pattern;
import org.streamlitgateway.fixture.RawResponse;

/** The two forms in which the gateway says that the app is not there. */
public final class WaitingPageChecks {
    /** Anything that a browser would fetch from elsewhere while it shows the page. */
    private static final Pattern OUTSIDE = Pattern.compile("(?:https?:)?//[a-z0-9]|@import|<link|<img|src=");

    /** How a page can come back by itself. */
    private static final Pattern COMES_IN =
            Pattern.compile("http-equiv=\"?refresh|settimeout|setinterval|location\\.reload");

    private WaitingPageChecks() {}

    /** For a browser: a page that stands alone and goes away by itself. */
    public static void assertShown(int status, RawResponse response) {
        String html = response.text().toLowerCase(Locale.ROOT);
        assertEquals(status, response.status(), response::toString);
        assertTrue(response.head().one("Content-Type").startsWith("text/html"), response::toString);
        assertTrue(html.contains("<html"), html);
        assertFalse(OUTSIDE.matcher(html).find(), html);
        assertTrue(COMES_IN.matcher(html).find(), html);
        assertTrue(response.head().first("Cache-Control").contains("no-store"), response::toString);
        assertNothingTold(html);
    }

    /** For everything else: one line that never varies. */
    public static void assertOneLine(int status, RawResponse response, int upstreamPort) {
        String text = response.text();
        assertEquals(status, response.status(), response::toString);
        assertTrue(response.head().one("Content-Type").startsWith("text/plain"), response::toString);
        assertEquals(1, text.lines().count(), text);
        assertFalse(text.contains(Integer.toString(upstreamPort)), text);
        assertNothingTold(text.toLowerCase(Locale.ROOT));
    }

    /** Peers get fixed texts, never what the gateway knows of its own trouble. */
    private static void assertNothingTold(String text) {
        for (String word : new String[] {"exception", "java.", "jetty", "tomcat", "127.0.0.1", "\tat "}) {
            assertFalse(text.contains(word), text);
        }
    }
}
