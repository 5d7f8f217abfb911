package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;

/** One WebSocket message of 50 MB, far above the default limit of proxies. */
@EachPlacement
class LargeDataframeIT extends InBrowser {
    private static final double ARRIVES_WITHIN_MILLIS = 90_000;

    /** Script that records the size of the largest message on any WebSocket of the page. */
    private static final String MEASURE_MESSAGES = "window.largest = 0;"
            + " window.WebSocket = class extends WebSocket { constructor(...args) { super(...args);"
            + "   this.addEventListener('message', ({data}) => {"
            + "     window.largest = Math.max(window.largest, data.byteLength ?? data.size ?? 0) }) } }";

    LargeDataframeIT() {
        super(new BrowserFixture(App.BIG));
    }

    @Test
    void fiftyMegabyteDataframeArrivesComplete() {
        Tab tab = browser.newTab();
        Page page = tab.page();
        page.addInitScript(MEASURE_MESSAGES);
        tab.open("");

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send 50 MB"))
                .click();

        Locator table = page.getByTestId("data-grid-canvas").locator("table");
        assertThat(table)
                .hasAttribute(
                        "aria-rowcount",
                        "125001",
                        new LocatorAssertions.HasAttributeOptions().setTimeout(ARRIVES_WITHIN_MILLIS));
        double largest = ((Number) page.evaluate("() => window.largest")).doubleValue();
        assertTrue(largest >= 50_000_000, "expected one message of 50 MB; the largest had " + largest);
        page.getByTestId("stDataFrame").click();
        page.keyboard().press("Control+End");
        assertThat(table.locator("tr[aria-rowindex='125001']")).containsText("42.5");
    }
}
