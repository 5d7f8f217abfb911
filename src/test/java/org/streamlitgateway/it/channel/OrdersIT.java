package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.browser.App;
import org.streamlitgateway.it.browser.Tab;

/** Each send happens once and completes, whatever happens to its page. */
@EachPrefixedPlacement
class OrdersIT extends InBrowserWithFeeds {
    private static final String BUY = "{\"op\":\"buy\"}";
    private static final List<String> DELIVERED = List.of("delivered", "");

    /** Well after the connection of a page without the channel has been released. */
    private static final int AWAY_MILLIS = 4500;

    OrdersIT() {
        super(App.CHANNELS, FeedServer.ECHO);
    }

    @Test
    void orderIsPlacedOnceWhenPageIsRevisited() {
        Page page = browser.visit("order").page();
        Facts.awaitOpen(page, "order");
        click(page, "Buy");
        assertEquals(BUY, feed.received(FeedServer.PRICES).take());

        for (int i = 0; i < 2; i++) {
            follow(page, "plain");
            Facts.await(page, "plain", facts -> true);
            page.waitForTimeout(AWAY_MILLIS);
            follow(page, "order");
            Facts.awaitOpen(page, "order");
        }
        click(page, "Buy");
        assertEquals(BUY, feed.received(FeedServer.PRICES).take());

        Facts.await(page, "order", facts -> facts.list("sent").equals(List.of(DELIVERED, DELIVERED)));
        feed.received(FeedServer.PRICES).assertExhausted();
    }

    @Test
    void waitingOrdersAreSentOnceAfterPageIsLeft() {
        Tab tab = browser.newTab();
        CutChannels channels = CutChannels.of(tab.page());
        Page page = tab.open("order").page();
        Facts.awaitOpen(page, "order");
        channels.cut();
        Facts.await(page, "order", facts -> facts.text("status").equals("reconnecting"));
        click(page, "Buy");
        Facts.await(page, "order", facts -> facts.list("sent").size() == 1);
        click(page, "Buy");
        Facts.await(page, "order", facts -> facts.list("sent").size() == 2);

        follow(page, "plain");
        Facts.await(page, "plain", facts -> true);
        page.waitForTimeout(AWAY_MILLIS);
        channels.restore();

        assertEquals(BUY, feed.received(FeedServer.PRICES).take(Duration.ofSeconds(30)));
        assertEquals(BUY, feed.received(FeedServer.PRICES).take());
        follow(page, "order");
        Facts.await(page, "order", facts -> facts.list("sent").equals(List.of(DELIVERED, DELIVERED)));
        feed.received(FeedServer.PRICES).assertExhausted();
    }

    @Test
    void undeliverableOrdersAreRejected() {
        Tab tab = browser.newTab();
        CutChannels channels = CutChannels.of(tab.page());
        Page page = tab.open("order").page();
        Facts.awaitOpen(page, "order");
        channels.cut();
        Facts.await(page, "order", facts -> facts.text("status").equals("reconnecting"));
        click(page, "Buy");
        Facts.await(page, "order", facts -> facts.list("sent").size() == 1);
        follow(page, "plain");
        Facts.await(page, "plain", facts -> true);
        page.waitForTimeout(34_000);
        channels.restore();

        follow(page, "order");
        Facts.awaitOpen(page, "order");
        Facts.await(
                page, "order", facts -> facts.list("sent").equals(List.of(List.of("rejected", "the page was left"))));
        feed.received(FeedServer.PRICES).assertExhausted();
    }

    @Test
    void channelByAddressReconnectsAndItsSendsWait() {
        Tab tab = browser.newTab();
        CutChannels channels = CutChannels.of(tab.page());
        Page page = tab.open("address").page();
        Facts.awaitOpen(page, "address");
        channels.cut();
        Facts.await(page, "address", facts -> facts.text("status").equals("reconnecting"));

        click(page, "Send by address");
        page.waitForTimeout(2000);
        assertEquals("reconnecting", Facts.now(page, "address").text("status"));
        channels.restore();

        Facts.awaitOpen(page, "address");
        assertEquals("{\"op\":\"by address\"}", feed.received(FeedServer.ECHO).take());
        feed.received(FeedServer.ECHO).assertExhausted();
    }

    private static void click(Page page, String button) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }

    private static void follow(Page page, String link) {
        page.getByTestId("stSidebarNav")
                .getByRole(AriaRole.LINK)
                .filter(new Locator.FilterOptions().setHasText(link))
                .click();
    }
}
