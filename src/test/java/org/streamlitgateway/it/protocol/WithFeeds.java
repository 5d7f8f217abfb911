package org.streamlitgateway.it.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.Patience;

/** Tests of channels whose feeds say what a test says. Each test leaves the feeds without sockets. */
abstract class WithFeeds extends AtEveryDoor {
    private final List<FakeFeed> feeds = new ArrayList<>();

    /** A feed for the whole class; it is there before the gateway, and ends after it. */
    FakeFeed newFeed() {
        try {
            FakeFeed feed = FakeFeed.start();
            feeds.add(feed);
            return feed;
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    @Override
    @AfterParameterizedClassInvocation
    void stop() {
        super.stop();
        feeds.forEach(FakeFeed::close);
    }

    /** How many sockets a test leaves open. */
    int kept() {
        return 0;
    }

    @AfterEach
    void nobodyIsLeft() {
        Patience.until(
                "the feeds are left",
                () -> feeds.stream().mapToInt(FakeFeed::open).sum() == kept());
    }

    ChannelSocket subscribe(String channel, String... fieldLines) throws IOException {
        return ChannelSocket.open(rig.uri(), channel, fieldLines);
    }
}
