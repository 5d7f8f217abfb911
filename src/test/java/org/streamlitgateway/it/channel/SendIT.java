package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.browser.App;

/** Messages of a script reach the feed once, however often it reruns. */
@EachPrefixedPlacement
class SendIT extends InBrowserWithFeeds {
    SendIT() {
        super(App.CHANNELS);
    }

    private Page page;

    @BeforeEach
    void openThePage() {
        page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");
    }

    @Test
    void sendReachesFeedOnceWithExactNumbers() {
        click("Send");

        String sent = "{\"op\":\"plain\",\"n\":12345678901234567890,\"f\":1.0,\"s\":\"grüße ✓\"}";
        assertEquals(sent, feed.received(FeedServer.ECHO).take());
        Facts facts = Facts.await(page, "send", seen -> seen.number("count") == 1);
        assertTrue(facts.text("back").contains("n=12345678901234567890"), facts::toString);
        click("Nothing");
        click("Nothing");
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sendFollowedByRerunArrivesOnce() {
        for (int i = 0; i < 3; i++) {
            click("Send and rerun");
            assertEquals("{\"op\":\"rerun\"}", feed.received(FeedServer.ECHO).take());
        }
        Facts.await(page, "send", seen -> seen.number("count") == 3);
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sendFromCallbackReachesFeedOnce() {
        click("Send from a callback");
        assertEquals("{\"op\":\"callback\"}", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.number("count") == 1);
        click("Nothing");
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void awaitedSendReachesFeedOnce() {
        click("Send later");
        assertEquals("{\"op\":\"async\"}", feed.received(FeedServer.ECHO).take());
        click("Nothing");
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void textAndBytesAreSentUnchanged() {
        click("Send text");
        assertEquals("not JSON", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.list("back").equals(List.of("not JSON")));
        click("Send bytes");
        assertEquals("binary:00ff", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.list("back").equals(List.of("not JSON", "00ff")));
    }

    @Test
    void thousandSendsOfOneRunArriveInOrder() {
        click("Send a thousand");
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    "{\"op\":\"single\",\"i\":" + i + "}",
                    feed.received(FeedServer.ECHO).take());
        }
        for (int i = 0; i < 900; i++) {
            assertEquals(
                    "{\"op\":\"many\",\"i\":" + i + "}",
                    feed.received(FeedServer.ECHO).take());
        }
        Facts facts = Facts.await(page, "send", seen -> seen.number("count") == 1000);
        assertTrue(facts.is("inOrder"), facts::toString);
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sendResultIsReported() {
        click("Send");
        feed.received(FeedServer.ECHO).take();
        Facts.await(page, "send", seen -> seen.list("sent").equals(List.of(List.of("delivered", ""))));
    }

    @Test
    void sendResultIsReportedWhenFeedDoesNotReply() {
        page = browser.visit("outcome").page();
        Facts.awaitOpen(page, "outcome");
        for (int i = 0; i < 3; i++) {
            long runs = Facts.now(page, "outcome").number("runs");
            click("Send");
            Facts reported = Facts.await(
                    page,
                    "outcome",
                    seen -> seen.number("runs") > runs && seen.text("outcome").equals("delivered"));
            assertEquals(runs + 2, reported.number("runs"));
        }
    }

    @Test
    void sendInEveryRunDoesNotLoopForever() {
        page = browser.visit("outcome?always=1").page();

        long runs = Eventually.untilStill(
                "runs of the page", Duration.ofSeconds(6), Duration.ofSeconds(60), () -> Facts.now(page, "outcome")
                        .number("runs"));

        assertTrue(runs <= 8, () -> runs + " runs");
    }

    private void click(String button) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }
}
