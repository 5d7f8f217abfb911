package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;

/** One WebSocket message of 50 MB, far above what proxies hold by default. */
@EachPlacement
class LargeDataframeIT extends InBrowser {
    private static final double ARRIVES_WITHIN_MILLIS = 90_000;

    /** Remembers the size of the largest message of any WebSocket of the page. */
    private static final String MEASURE_MESSAGES = "window.largest = 0;"
            + " window.WebSocket = class extends WebSocket { constructor(...given) { super(...given);"
            + "   this.addEventListener('message', ({data}) => {"
            + "     window.largest = Math.max(window.largest, data.byteLength ?? data.size ?? 0) }) } }";

    LargeDataframeIT() {
        super(new BrowserFixture(App.BIG));
    }

    @Test
    void dataframeOfFiftyMegabytesArrivesToItsLastRow() {
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
        assertTrue(largest >= 50_000_000, "one message of 50 MB was to come, the largest had " + largest);
        page.getByTestId("stDataFrame").click();
        page.keyboard().press("Control+End");
        assertThat(table.locator("tr[aria-rowindex='125001']")).containsText("42.5");
    }
}
