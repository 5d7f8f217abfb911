package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import org.junit.jupiter.api.Test;

/** Separation of sessions, and restarts that a session survives. */
@EachPlacement
class SessionIT extends InBrowser {
    SessionIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @Test
    void tabsOfOneBrowserHaveSeparateSessions() {
        Tab left = browser.visit("");
        Tab right = browser.visit("");

        name(left.page(), "Left");
        name(right.page(), "Right");
        Demo.countAClick(left.page());
        assertThat(left.page().getByText("Clicks in this session: 1")).isVisible();
        Demo.countAClick(left.page());
        assertThat(left.page().getByText("Clicks in this session: 2")).isVisible();
        Demo.countAClick(right.page());

        assertThat(right.page().getByText("Clicks in this session: 1")).isVisible();
        assertThat(right.page().getByText("Hello, Right.")).isVisible();
        assertThat(left.page().getByText("Clicks in this session: 2")).isVisible();
        assertThat(left.page().getByText("Hello, Left.")).isVisible();
    }

    @Test
    void sessionSurvivesGatewayRestart() throws Exception {
        Tab tab = browser.visit("");
        Page page = tab.page();
        page.evaluate("() => { window.sameDocument = true }");
        name(page, "Noah");
        Demo.countAClick(page);
        assertThat(page.getByText("Clicks in this session: 1")).isVisible();
        WebSocket before = tab.latestSocket();

        browser.gateway().restartOnSamePort();
        tab.awaitReconnect(before);

        assertThat(page.getByText("Clicks in this session: 1")).isVisible();
        Demo.countAClick(page);
        assertThat(page.getByText("Clicks in this session: 2")).isVisible();
        assertThat(page.getByText("Hello, Noah.")).isVisible();
        assertEquals(true, page.evaluate("() => window.sameDocument"));
    }

    @Test
    void pageRecoversAfterStreamlitRestart() throws Exception {
        Tab tab = browser.visit("");
        Page page = tab.page();
        page.evaluate("() => { window.sameDocument = true }");
        for (int clicks = 1; clicks <= 2; clicks++) {
            Demo.countAClick(page);
            assertThat(page.getByText("Clicks in this session: " + clicks)).isVisible();
        }
        tab.settled(); // the browser itself repeats an interrupted run
        WebSocket before = tab.latestSocket();

        browser.streamlit().stop();
        tab.awaitDisconnect(before);
        browser.streamlit().start();
        tab.awaitReconnect(before);
        Demo.countAClick(page);

        // a new Streamlit does not have the old session
        assertThat(page.getByText("Clicks in this session: 1")).isVisible();
        assertEquals(true, page.evaluate("() => window.sameDocument"));
    }

    private static void name(Page page, String name) {
        page.getByLabel("Your name").fill(name);
        page.getByLabel("Your name").press("Enter");
        assertThat(page.getByText("Hello, " + name + ".")).isVisible();
    }
}
