package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.browser.App;

/** Bursts of messages, and scripts that are slower than their feed. */
@EachPrefixedPlacement
class BurstIT extends InBrowserWithFeeds {
    BurstIT() {
        super(App.CHANNELS);
    }

    @Test
    void burstOfTenThousandArrivesCompleteAndInOrderInFewReruns() throws Exception {
        Page page = browser.visit("").page();
        long before = Facts.awaitOpen(page, "burst").number("runs");

        feed.count(FeedServer.PRICES, 0, 10_000);

        Facts facts = Facts.await(page, "burst", seen -> seen.number("count") == 10_000);
        assertTrue(facts.sawAll(10_000), facts::toString);
        assertEquals(0, facts.number("missed"));
        assertTrue(facts.number("runs") - before <= 20, facts::toString);
    }

    @Test
    void slowScriptIsNotInterruptedAndReceivesAll() throws Exception {
        Page page = browser.visit("slow?seconds=1").page();
        Facts.awaitOpen(page, "slow");

        long start = System.nanoTime();
        for (int n = 0; n < 40; n++) {
            feed.count(FeedServer.PRICES, n, 1);
            page.waitForTimeout(100);
        }

        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();

        Facts facts = Facts.await(page, "slow", seen -> seen.number("count") == 40);
        assertTrue(facts.sawAll(40), facts::toString);
        assertEquals(facts.number("started"), facts.number("finished"), facts::toString);
        assertTrue(facts.number("started") <= 6 + seconds, facts::toString);
    }

    @Test
    void slowScriptReceivesBurstCompleteAndInOrder() throws Exception {
        Page page = browser.visit("slow?seconds=3").page();
        Facts.awaitOpen(page, "slow");

        feed.count(FeedServer.PRICES, 0, 10_000);

        Facts facts = Facts.await(page, "slow", seen -> seen.number("count") == 10_000);
        assertTrue(facts.sawAll(10_000), facts::toString);
        assertEquals(facts.number("started"), facts.number("finished"), facts::toString);
        assertTrue(facts.number("started") <= 6, facts::toString);
    }

    @Test
    void messagesBeyondBufferAreReportedAsMissed() throws Exception {
        Page page = browser.visit("slow?seconds=8&buffer=100").page();
        Facts.awaitOpen(page, "slow");
        feed.count(FeedServer.PRICES, 0, 1);

        feed.count(FeedServer.PRICES, 1, 500);

        Facts facts = Facts.await(page, "slow", seen -> seen.number("count") + seen.number("missed") == 501);
        assertEquals(500, ((Map<?, ?>) facts.all().get("newest")).get("n"));
        assertTrue(facts.number("missed") >= 300, facts::toString);
    }
}
