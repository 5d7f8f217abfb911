package org.streamlitgateway.it.channel;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.browser.App;
import org.streamlitgateway.it.browser.BrowserFixture;
import org.streamlitgateway.it.browser.InBrowser;

/** Tests in a browser whose gateway has the channels of a {@link FeedServer}, which is gone when they are over. */
abstract class InBrowserWithFeeds extends InBrowser {
    final FeedServer feed;

    InBrowserWithFeeds(App app) {
        this(app, FeedServer.start(), (String) null);
    }

    /** With an app that dials one of the feeds itself: {@code FEED} in its environment is the address. */
    InBrowserWithFeeds(App app, String dialled) {
        this(app, FeedServer.start(), dialled);
    }

    private InBrowserWithFeeds(App app, FeedServer feed, String dialled) {
        super(new BrowserFixture(
                app, feed.channels(), dialled == null ? Map.of() : Map.of("FEED", feed.address(dialled))));
        this.feed = feed;
    }

    /** With more options for the gateway. */
    InBrowserWithFeeds(App app, Map<String, String> options) {
        this(app, FeedServer.start(), options);
    }

    private InBrowserWithFeeds(App app, FeedServer feed, Map<String, String> options) {
        super(new BrowserFixture(app, with(feed.channels(), options)));
        this.feed = feed;
    }

    private static Map<String, String> with(Map<String, String> channels, Map<String, String> options) {
        Map<String, String> all = new HashMap<>(channels);
        all.putAll(options);
        return all;
    }

    @Override
    @BeforeParameterizedClassInvocation
    protected void open() throws Exception {
        feed.comeBack();
        super.open();
    }

    /** A tab that has been closed in haste leaves its socket for a while. */
    @BeforeEach
    final void noSocketOfAnEarlierTab() {
        Eventually.until("the sockets of earlier tabs are gone", () -> feed.sockets(FeedServer.ECHO) == 0);
    }

    @Override
    @AfterParameterizedClassInvocation
    protected void close() throws Exception {
        super.close();
        feed.goAway();
        feed.assertNoProblems();
    }
}
