package org.streamlitgateway.it.channel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.browser.App;
import org.streamlitgateway.it.browser.EachPlacement;
import org.streamlitgateway.it.browser.Tab;

/** Channels in forms, fragments and dialogs, on several pages, several on one page, and across a reload. */
@EachPlacement
class PlacesIT extends InBrowserWithFeeds {
    PlacesIT() {
        super(App.CHANNELS);
    }

    @Test
    void channelInFormRerunsPageAndSendsOnSubmit() throws Exception {
        Page page = browser.visit("form").page();
        Facts.awaitOpen(page, "form");

        page.getByLabel("What").fill("tea");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Submit"))
                .click();

        assertEquals("{\"what\":\"tea\"}", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "form", facts -> facts.list("back").equals(List.of(Map.of("what", "tea"))));
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void channelInFragmentRerunsOnlyFragment() throws Exception {
        Page page = browser.visit("fragment").page();
        Facts.awaitOpen(page, "fragment");

        feed.count(FeedServer.PRICES, 0, 500);

        Facts.await(page, "fragment", facts -> facts.sawAll(500));
        assertEquals(1, Facts.now(page, "page").number("runs"));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send from the fragment"))
                .click();
        assertEquals("{\"op\":\"fragment\"}", feed.received(FeedServer.PRICES).take());
        assertEquals(1, Facts.now(page, "page").number("runs"));
    }

    @Test
    void fragmentAndPageBothReceiveAllMessages() throws Exception {
        Page page = browser.visit("fragment?both=1").page();
        Facts.awaitOpen(page, "fragment");
        Facts.awaitOpen(page, "both");

        feed.count(FeedServer.PRICES, 0, 500);

        Facts.await(page, "fragment", facts -> facts.sawAll(500));
        Facts.await(page, "both", facts -> facts.sawAll(500));
    }

    @Test
    void channelInDialogRerunsOnlyDialog() throws Exception {
        Page page = browser.visit("dialog").page();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Open"))
                .click();
        Facts.awaitOpen(page, "dialog");
        long runs = Facts.now(page, "page").number("runs");

        feed.count(FeedServer.PRICES, 0, 500);

        Facts.await(page, "dialog", facts -> facts.sawAll(500));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send from the dialog"))
                .click();
        assertEquals("{\"op\":\"dialog\"}", feed.received(FeedServer.PRICES).take());
        feed.count(FeedServer.PRICES, 500, 10);
        Facts.await(page, "dialog", facts -> facts.sawAll(510));
        assertEquals(runs, Facts.now(page, "page").number("runs"));
        feed.received(FeedServer.PRICES).assertExhausted();
    }

    @Test
    void openDialogDefersMessagesOfPage() throws Exception {
        Page page = browser.visit("dialog?both=1").page();
        Facts.awaitOpen(page, "both");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Open"))
                .click();
        Facts.awaitOpen(page, "dialog");

        feed.count(FeedServer.PRICES, 0, 500);

        Facts.await(page, "dialog", facts -> facts.sawAll(500));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Close"))
                .click();
        Facts.await(page, "both", facts -> facts.sawAll(500));
    }

    @Test
    void feedIsGreetedPerConnectionAndRejectionIsReported() throws Exception {
        Page page = browser.visit("greeting").page();
        Facts.awaitOpen(page, "greeting");
        assertEquals(
                "{\"op\":\"subscribe\",\"to\":[\"ACME\"]}",
                feed.received(FeedServer.ECHO).take());
        assertEquals("plain", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "mute", facts -> facts.text("reason")
                .equals("the greeting was rejected: sending to this channel is not allowed"));

        feed.stop();
        Facts.await(page, "greeting", facts -> facts.text("status").equals("reconnecting"));
        feed.restart();

        Facts.awaitOpen(page, "greeting");
        feed.received(FeedServer.ECHO).take();
        assertEquals("plain", feed.received(FeedServer.ECHO).take());
        Facts.await(page, "greeting", facts -> facts.list("seen").size() == 4);
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    @Test
    void channelsOnOnePageAreIndependent() throws Exception {
        Page page = browser.visit("several").page();
        Facts opened = Facts.await(page, "several", facts -> List.of("prices", "news", "echo", "again").stream()
                .allMatch(name -> facts.of(name).text("status").equals("open")));
        assertEquals(2, feed.sockets(FeedServer.ECHO));

        feed.count(FeedServer.PRICES, 0, 200);
        feed.count(FeedServer.NEWS, 0, 300);
        feed.count(FeedServer.ECHO, 0, 100);

        Facts facts = Facts.await(
                page,
                "several",
                seen -> seen.of("prices").sawAll(200)
                        && seen.of("news").sawAll(300)
                        && seen.of("echo").sawAll(100)
                        && seen.of("again").sawAll(100));
        assertTrue(facts.number("runs") - opened.number("runs") <= 30, facts::toString);
    }

    @Test
    void failedScriptGetsUnreadMessagesInNextRun() throws Exception {
        Page page = browser.visit("failing").page();
        Facts.await(page, "after", facts -> facts.text("status").equals("open"));

        feed.count(FeedServer.PRICES, 1, 5);
        assertThat(page.getByTestId("stException")).containsText("on purpose");
        feed.count(FeedServer.PRICES, 6, 1);

        Facts.await(page, "after", facts -> facts.list("seen").equals(List.of(1, 2, 3, 4, 5, 6)));
    }

    @Test
    void channelContinuesAcrossPages() throws Exception {
        Page page = browser.visit("").page();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 0, 10);
        Facts.await(page, "burst", facts -> facts.sawAll(10));

        follow(page, "slow");
        feed.count(FeedServer.PRICES, 10, 10);

        Facts.await(page, "slow", facts -> facts.sawAll(20));
    }

    @Test
    void leavingPageReleasesConnectionAndReturningLosesNothing() throws Exception {
        Page page = browser.visit("several").page();
        Facts.await(page, "several", facts -> facts.of("prices").text("status").equals("open"));
        feed.count(FeedServer.PRICES, 0, 10);
        Facts.await(page, "several", facts -> facts.of("prices").sawAll(10));
        try (RawWebSocket other = listener()) {
            other.answerInBackground();
            follow(page, "plain");
            Facts.await(page, "plain", facts -> facts.number("seen") == 10);
            Eventually.until(
                    "the connections of the previous page are closed", () -> feed.sockets(FeedServer.ECHO) == 0);
            feed.count(FeedServer.PRICES, 10, 10);

            follow(page, "several");

            Facts facts = Facts.await(page, "several", seen -> seen.of("prices").sawAll(20));
            assertEquals(0, facts.of("prices").number("missed"));
        }
    }

    @Test
    void reloadStartsAfreshWithoutDuplicates() throws Exception {
        Tab tab = browser.visit("");
        Page page = tab.page();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 0, 10);
        Facts.await(page, "burst", facts -> facts.sawAll(10));

        page.reload();
        tab.settled();
        Facts.awaitOpen(page, "burst");
        feed.count(FeedServer.PRICES, 10, 5);

        Facts facts = Facts.await(page, "burst", seen -> seen.number("count") >= 5);
        assertTrue(facts.sawAll(5), facts::toString);
        assertEquals(10, facts.number("first"));
        assertEquals(1, feed.sockets(FeedServer.PRICES));
    }

    @Test
    void unknownChannelIsClosedWithReason() {
        Page page = browser.visit("missing").page();

        Facts facts = Facts.await(page, "missing", seen -> seen.text("status").equals("closed"));

        assertEquals("no such channel", facts.text("reason"));
    }

    /** Keeps the shared channel open. */
    private RawWebSocket listener() throws IOException {
        return RawWebSocket.open(
                browser.uri(),
                browser.uri().getPath() + "_gateway/channels/prices",
                "Sec-WebSocket-Protocol: gateway.channel.v1");
    }

    private static void follow(Page page, String link) {
        page.getByTestId("stSidebarNav")
                .getByRole(AriaRole.LINK)
                .filter(new Locator.FilterOptions().setHasText(link))
                .click();
    }
}
