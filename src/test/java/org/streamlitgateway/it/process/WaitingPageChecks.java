package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.regex.Pattern;
import org.streamlitgateway.fixture.RawResponse;

/** Checks of the two forms of the response for an unavailable app. */
public final class WaitingPageChecks {
    /** References to anything that a browser would load from elsewhere. */
    private static final Pattern OUTSIDE = Pattern.compile("(?:https?:)?//[a-z0-9]|@import|<link|<img|src=");

    /** Ways in which a page may reload itself. */
    private static final Pattern RELOADS =
            Pattern.compile("http-equiv=\"?refresh|settimeout|setinterval|location\\.reload");

    private WaitingPageChecks() {}

    /** Checks the response for a browser: a self-contained page that reloads by itself. */
    public static void assertShown(int status, RawResponse response) {
        String html = response.text().toLowerCase(Locale.ROOT);
        assertEquals(status, response.status(), response::toString);
        assertTrue(response.head().one("Content-Type").startsWith("text/html"), response::toString);
        assertTrue(html.contains("<html"), html);
        assertFalse(OUTSIDE.matcher(html).find(), html);
        assertTrue(RELOADS.matcher(html).find(), html);
        assertTrue(response.head().first("Cache-Control").contains("no-store"), response::toString);
        assertRevealsNothing(html);
    }

    /** Checks the response for other clients: one fixed line. */
    public static void assertOneLine(int status, RawResponse response, int upstreamPort) {
        String text = response.text();
        assertEquals(status, response.status(), response::toString);
        assertTrue(response.head().one("Content-Type").startsWith("text/plain"), response::toString);
        assertEquals(1, text.lines().count(), text);
        assertFalse(text.contains(Integer.toString(upstreamPort)), text);
        assertRevealsNothing(text.toLowerCase(Locale.ROOT));
    }

    /** Checks for fixed text: the response must not reveal the cause that the gateway knows. */
    private static void assertRevealsNothing(String text) {
        for (String word : new String[] {"exception", "java.", "jetty", "tomcat", "127.0.0.1", "\tat "}) {
            assertFalse(text.contains(word), text);
        }
    }
}
