package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.browser.App;

/** Outages of the feed and of the gateway. The system property {@code outage.seconds} sets their length. */
@EachPrefixedPlacement
class OutageIT extends InBrowserWithFeeds {
    OutageIT() {
        super(App.CHANNELS);
    }

    /** The first retries follow quickly; half a minute reaches the slow ones. */
    private static final int OUTAGE_SECONDS = Integer.getInteger("outage.seconds", 5);

    @Test
    void channelReconnectsWhenFeedReturns() throws Exception {
        Page page = browser.visit("").page();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 0, 10);
        Facts.await(page, "burst", facts -> facts.sawAll(10));

        feed.stop();
        Facts.await(page, "burst", facts -> facts.text("status").equals("reconnecting"));
        page.waitForTimeout(OUTAGE_SECONDS * 1000.0);
        feed.restart();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 10, 10);

        Facts facts = Facts.await(page, "burst", seen -> seen.sawAll(20));
        assertEquals(1, feed.sockets(FeedServer.PRICES), facts::toString);
    }

    @Test
    void sendsDuringOutageArriveOnceOrAreReportedLost() throws Exception {
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");
        feed.stop();
        Facts.await(page, "send", facts -> facts.text("status").equals("reconnecting"));

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send text"))
                .click();
        page.waitForTimeout(1000);
        feed.restart();

        Facts.awaitOpen(page, "send");
        assertEquals("not JSON", feed.received(FeedServer.ECHO).take(Duration.ofSeconds(30)));
        Facts.await(page, "send", facts -> facts.list("back").equals(List.of("not JSON")));
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sessionAndChannelContinueAfterGatewayRestart() throws Exception {
        Page page = browser.visit("").page();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 0, 10);
        long runs = Facts.await(page, "burst", facts -> facts.sawAll(10)).number("runs");

        browser.gateway().restartOnSamePort();
        Eventually.until("a subscriber has reconnected", () -> feed.sockets(FeedServer.PRICES) == 1);
        Facts.await(
                page,
                "burst",
                facts -> facts.text("status").equals("open")
                        && !facts.list("gaps").isEmpty());
        feed.count(FeedServer.PRICES, 10, 10);

        Facts facts = Facts.await(page, "burst", seen -> seen.sawAll(20));
        assertTrue(facts.number("runs") > runs, "the same session: " + facts);
    }
}
