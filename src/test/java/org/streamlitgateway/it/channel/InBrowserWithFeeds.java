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

/** Base of browser tests whose gateway has the channels of a {@link FeedServer}, which stops after the class. */
abstract class InBrowserWithFeeds extends InBrowser {
    final FeedServer feed;

    InBrowserWithFeeds(App app) {
        this(app, FeedServer.start(), (String) null);
    }

    /**
     * Creates tests of an app that connects to one of the feeds itself; its environment variable {@code FEED} is the
     * address.
     */
    InBrowserWithFeeds(App app, String feedName) {
        this(app, FeedServer.start(), feedName);
    }

    private InBrowserWithFeeds(App app, FeedServer feed, String feedName) {
        super(new BrowserFixture(
                app, feed.channels(), feedName == null ? Map.of() : Map.of("FEED", feed.address(feedName))));
        this.feed = feed;
    }

    /** Creates tests with additional options of the gateway. */
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
        feed.restart();
        super.open();
    }

    /** A tab that was closed abruptly keeps its connection for a while. */
    @BeforeEach
    final void awaitConnectionsOfEarlierTabsClosed() {
        Eventually.until("the connections of earlier tabs are closed", () -> feed.sockets(FeedServer.ECHO) == 0);
    }

    @Override
    @AfterParameterizedClassInvocation
    protected void close() throws Exception {
        super.close();
        feed.stop();
        feed.assertNoProblems();
    }
}
