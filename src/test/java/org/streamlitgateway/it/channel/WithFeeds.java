package org.streamlitgateway.it.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.it.OnEveryDeployment;

/** Tests of channels whose feeds say what a test says. Each test leaves the feeds without sockets. */
abstract class WithFeeds extends OnEveryDeployment {
    private final List<FakeFeed> feeds = new ArrayList<>();

    /** Makes the feeds of one gateway, by {@link #newFeed}. */
    protected abstract void startFeeds() throws IOException;

    /** A feed that ends after the gateway. */
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

    /** How many sockets a test leaves open. */
    int kept() {
        return 0;
    }

    @AfterEach
    void nobodyIsLeft() {
        Eventually.until(
                "the feeds are left",
                () -> feeds.stream().mapToInt(FakeFeed::open).sum() == kept());
    }

    ChannelSocket subscribe(String channel, String... fieldLines) throws IOException {
        return ChannelSocket.open(fixture.uri(), channel, fieldLines);
    }
}
