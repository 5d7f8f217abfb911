package org.streamlitgateway.it.channel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.browser.App;

/** The demo app's page with feeds; one of its three feeds is not configured here. */
@EachPrefixedPlacement
class FeedsPageIT extends InBrowserWithFeeds {
    FeedsPageIT() {
        super(App.DEMO);
    }

    @Test
    void pricesAppearAsTheyArrive() throws Exception {
        Page page = browser.visit("feeds").page();
        assertThat(page.getByText("Waiting for the first price")).isVisible();
        // the page is rendered before its feeds are connected
        assertThat(page.locator(".stMarkdownBadge").first()).containsText("open");

        feed.send(FeedServer.PRICES, "{\"symbol\":\"ACME\",\"price\":101.5}");

        assertThat(page.getByTestId("stMetric")).containsText("101.50");
        feed.send(FeedServer.PRICES, "{\"symbol\":\"ACME\",\"price\":102.5}");
        assertThat(page.getByTestId("stMetric")).containsText("+1.00");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Burst"))
                .click();
        assertEquals(
                "{\"op\":\"burst\",\"count\":10000}",
                feed.received(FeedServer.PRICES).take());
    }

    @Test
    void echoIsReturned() {
        Page page = browser.visit("feeds").page();

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Shout"))
                .click();

        assertThat(page.getByText("Ahoy 1")).isVisible();
    }

    @Test
    void unconfiguredFeedShowsReason() {
        Page page = browser.visit("feeds").page();

        assertThat(page.getByText("This feed is not here: no such channel")).isVisible();
    }
}
