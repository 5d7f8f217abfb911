package org.streamlitgateway.it.channel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.OnEveryDeployment;

/** Base of channel tests whose feeds the test controls. Each test ends with no connection to a feed. */
abstract class WithFeeds extends OnEveryDeployment {
    private final List<FakeFeed> feeds = new ArrayList<>();

    /** Creates the feeds of one gateway by {@link #newFeed}. */
    protected abstract void startFeeds() throws IOException;

    /** Creates a feed that stops after the gateway. */
    FakeFeed newFeed() throws IOException {
        FakeFeed feed = FakeFeed.start();
        feeds.add(feed);
        return feed;
    }

    @Override
    @BeforeParameterizedClassInvocation
    protected void start() throws IOException {
        startFeeds();
        super.start();
    }

    @Override
    @AfterParameterizedClassInvocation
    protected void stop() {
        super.stop();
        feeds.forEach(FakeFeed::close);
        feeds.clear();
    }

    /** Returns the number of connections that a test leaves open. */
    int expectedConnections() {
        return 0;
    }

    @AfterEach
    void noConnectionRemains() {
        Eventually.until(
                "the feeds have no connections",
                () -> feeds.stream().mapToInt(FakeFeed::open).sum() == expectedConnections());
    }

    ChannelSocket subscribe(String channel, String... fieldLines) throws IOException {
        return ChannelSocket.open(fixture.uri(), channel, fieldLines);
    }

    RawResponse post(String channel, String body, String... fieldLines) throws IOException {
        return post(channel, body.getBytes(StandardCharsets.UTF_8), fieldLines);
    }

    RawResponse post(String channel, byte[] body, String... fieldLines) throws IOException {
        try (RawHttp http = fixture.http()) {
            return http.exchangeBody("POST", ChannelSocket.target(fixture.uri(), channel), body, fieldLines);
        }
    }
}
