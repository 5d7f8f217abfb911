package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.browser.App;

/** Tabs whose WebSockets are streams of one HTTP/2 connection, which stays open when a tab closes. */
@EachPrefixedPlacement
class TabsOverHttp2IT extends InBrowserWithFeeds {
    /** Far less than a dedicated connection would wait for a tab that only lost its network. */
    private static final Duration AT_ONCE = Duration.ofSeconds(8);

    TabsOverHttp2IT() {
        super(App.CHANNELS, tls());
    }

    private static Map<String, String> tls() {
        TestCertificate files = TestCertificate.in(folder(), "tabs-over-http2", "EC");
        return Map.of(
                "tls-certificate",
                files.certificate().toString(),
                "tls-key",
                files.key().toString());
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory(Path.of("target"), "tabs-over-http2");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void closedTabReleasesFeedConnectionAtOnce() {
        Page other = browser.visit("").page();
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");
        assertEquals(1, feed.sockets(FeedServer.ECHO));

        page.close(new Page.CloseOptions().setRunBeforeUnload(true));

        Eventually.until(() -> "the feed has no connection", AT_ONCE, () -> feed.sockets(FeedServer.ECHO) == 0);
        Facts.awaitOpen(other, "burst");
    }

    @Test
    void killedTabReleasesFeedConnectionAtOnce() {
        Page other = browser.visit("").page();
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");

        page.close();

        Eventually.until(() -> "the feed has no connection", AT_ONCE, () -> feed.sockets(FeedServer.ECHO) == 0);
        Facts.awaitOpen(other, "burst");
    }

    @Test
    void tabThatNavigatesAwayReleasesFeedConnectionAtOnce() {
        Page other = browser.visit("").page();
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");

        page.navigate("about:blank");

        Eventually.until(() -> "the feed has no connection", AT_ONCE, () -> feed.sockets(FeedServer.ECHO) == 0);
        Facts.awaitOpen(other, "burst");
    }
}
