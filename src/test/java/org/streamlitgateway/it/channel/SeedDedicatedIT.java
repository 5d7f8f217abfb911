package org.streamlitgateway.it.channel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.browser.App;

/** The usage example of earlier WebSocket helpers runs unchanged: one connection per session. */
@EachPrefixedPlacement
class SeedDedicatedIT extends InBrowserWithFeeds {
    /** Allows one run per message on a busy machine. */
    private static final HasCountOptions ONE_BY_ONE = new HasCountOptions().setTimeout(60_000);

    SeedDedicatedIT() {
        super(App.SEED_DEDICATED, FeedServer.ECHO);
    }

    @Test
    void pongReachesOnlyItsOwnTab() {
        Page one = browser.visit("").page();
        Page two = browser.visit("").page();
        Eventually.until("each tab has its connection", () -> feed.sockets(FeedServer.ECHO) == 2);

        one.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                .click();

        assertEquals("{\"op\":\"ping\"}", feed.received(FeedServer.ECHO).take());
        assertThat(one.getByTestId("stJson")).hasCount(1);
        assertThat(one.getByTestId("stJson")).containsText("ping");
        two.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                .click();
        assertThat(two.getByTestId("stJson")).hasCount(1);
        assertThat(one.getByTestId("stJson")).hasCount(1);
    }

    @Test
    void burstIsBatchedWithoutLoss() throws Exception {
        Page page = browser.visit("").page();
        Eventually.until("the tab has its connection", () -> feed.sockets(FeedServer.ECHO) == 1);

        feed.count(FeedServer.ECHO, 0, 10);

        assertThat(page.getByTestId("stJson")).hasCount(10, ONE_BY_ONE);
    }
}
