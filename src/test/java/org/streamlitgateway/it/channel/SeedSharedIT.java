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

/** The usage example of earlier WebSocket helpers runs as it stands: one socket for all. */
@EachPrefixedPlacement
class SeedSharedIT extends InBrowserWithFeeds {
    /** Each message has a run of its own, and the machine may be busy. */
    private static final HasCountOptions ONE_BY_ONE = new HasCountOptions().setTimeout(60_000);

    SeedSharedIT() {
        super(App.SEED_SHARED, FeedServer.PRICES);
    }

    @Test
    void allSessionsSeeAllOfOneSocket() throws Exception {
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pages.add(browser.visit("").page());
        }
        Eventually.until("there is a socket", () -> feed.sockets(FeedServer.PRICES) == 1);
        // each is in once what it sends arrives
        for (Page page : pages) {
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                    .click();
            assertEquals("{\"op\":\"ping\"}", feed.heard(FeedServer.PRICES).take());
        }

        feed.count(FeedServer.PRICES, 0, 10);

        for (Page page : pages) {
            assertThat(page.getByTestId("stJson")).hasCount(10, ONE_BY_ONE);
        }
        assertEquals(1, feed.sockets(FeedServer.PRICES));
        feed.heard(FeedServer.PRICES).assertExhausted();
    }
}
