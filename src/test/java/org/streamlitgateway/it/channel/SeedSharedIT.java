package org.streamlitgateway.it.channel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.browser.App;

/** The usage example of earlier WebSocket helpers runs unchanged: one connection shared by all sessions. */
@EachPrefixedPlacement
class SeedSharedIT extends InBrowserWithFeeds {
    /** Allows one run per message on a busy machine. */
    private static final HasCountOptions ONE_BY_ONE = new HasCountOptions().setTimeout(60_000);

    SeedSharedIT() {
        super(App.SEED_SHARED, FeedServer.PRICES);
    }

    @Test
    void allSessionsReceiveAllMessagesOfOneConnection() throws Exception {
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pages.add(browser.visit("").page());
        }
        Eventually.until("there is a connection", () -> feed.sockets(FeedServer.PRICES) == 1);
        // a page is subscribed once its own message arrives
        for (Page page : pages) {
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                    .click();
            assertEquals("{\"op\":\"ping\"}", feed.received(FeedServer.PRICES).take());
        }

        feed.count(FeedServer.PRICES, 0, 10);

        for (Page page : pages) {
            assertThat(page.getByTestId("stJson")).hasCount(10, ONE_BY_ONE);
        }
        assertEquals(1, feed.sockets(FeedServer.PRICES));
        feed.received(FeedServer.PRICES).assertExhausted();
    }
}
