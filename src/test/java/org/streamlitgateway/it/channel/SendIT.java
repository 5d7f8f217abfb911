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

/** What the script sends reaches the feed once, whatever reruns there are. */
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
    void sendReachesTheFeedOnceAndLosesNothingOfItsNumbers() {
        click("Send");

        String sent = "{\"op\":\"plain\",\"n\":12345678901234567890,\"f\":1.0,\"s\":\"grüße ✓\"}";
        assertEquals(sent, feed.heard(FeedServer.ECHO).take());
        Facts facts = Facts.await(page, "send", seen -> seen.number("count") == 1);
        assertTrue(facts.text("back").contains("n=12345678901234567890"), facts::toString);
        click("Nothing");
        click("Nothing");
        feed.heard(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sendFollowedByARerunIsNeitherLostNorDoubled() {
        for (int i = 0; i < 3; i++) {
            click("Send and rerun");
            assertEquals("{\"op\":\"rerun\"}", feed.heard(FeedServer.ECHO).take());
        }
        Facts.await(page, "send", seen -> seen.number("count") == 3);
        feed.heard(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void sendFromACallbackReachesTheFeedOnce() {
        click("Send from a callback");
        assertEquals("{\"op\":\"callback\"}", feed.heard(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.number("count") == 1);
        click("Nothing");
        feed.heard(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void awaitedSendReachesTheFeedOnce() {
        click("Send later");
        assertEquals("{\"op\":\"async\"}", feed.heard(FeedServer.ECHO).take());
        click("Nothing");
        feed.heard(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void textAndBytesGoAsTheyAre() {
        click("Send text");
        assertEquals("not JSON", feed.heard(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.list("back").equals(List.of("not JSON")));
        click("Send bytes");
        assertEquals("binary:00ff", feed.heard(FeedServer.ECHO).take());
        Facts.await(page, "send", seen -> seen.list("back").equals(List.of("not JSON", "00ff")));
    }

    @Test
    void thousandSendsOfOneRunArriveInTheirOrder() {
        click("Send a thousand");
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    "{\"op\":\"single\",\"i\":" + i + "}",
                    feed.heard(FeedServer.ECHO).take());
        }
        for (int i = 0; i < 900; i++) {
            assertEquals(
                    "{\"op\":\"many\",\"i\":" + i + "}",
                    feed.heard(FeedServer.ECHO).take());
        }
        Facts facts = Facts.await(page, "send", seen -> seen.number("count") == 1000);
        assertTrue(facts.is("inOrder"), facts::toString);
        feed.heard(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void outcomeOfASendIsTold() {
        click("Send");
        feed.heard(FeedServer.ECHO).take();
        Facts.await(page, "send", seen -> seen.list("sent").equals(List.of(List.of("delivered", ""))));
    }

    @Test
    void outcomeIsToldThoughTheFeedAnswersNothing() {
        page = browser.visit("outcome").page();
        Facts.awaitOpen(page, "outcome");
        for (int i = 0; i < 3; i++) {
            long runs = Facts.now(page, "outcome").number("runs");
            click("Send");
            Facts told = Facts.await(
                    page,
                    "outcome",
                    seen -> seen.number("runs") > runs && seen.text("outcome").equals("delivered"));
            assertEquals(runs + 2, told.number("runs"));
        }
    }

    @Test
    void scriptThatSendsInEveryRunDoesNotGoRoundForEver() {
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
