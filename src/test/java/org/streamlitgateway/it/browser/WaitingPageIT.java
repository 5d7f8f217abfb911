package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages that a visitor sees before the app is up. */
@EachPlacement
class WaitingPageIT extends InBrowser {
    WaitingPageIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @BeforeEach
    void streamlitIsDown() throws Exception {
        assumeFalse(placement.isDirect(), "only the gateway has a waiting page");
        browser.streamlit().stop();
    }

    @Test
    void waitingPageIsShownAndSelfContained() {
        Tab tab = browser.newVisitor(browser.uri());

        Response answer = tab.page().navigate(browser.uri().toString());

        assertEquals(502, answer.status());
        assertTrue(answer.headerValue("content-type").startsWith("text/html"), "the response is an HTML page");
        assertThat(tab.page().getByTestId("stApp")).hasCount(0);
        assertFalse(tab.page().locator("body").innerText().isBlank(), "the page has text");
        List<String> outside = tab.requested().stream()
                .filter(url -> !url.startsWith(browser.uri().toString()))
                .filter(url -> !url.endsWith("/favicon.ico"))
                .toList();
        assertEquals(List.of(), outside);
    }

    @Test
    void appReplacesWaitingPageWhenUp() throws Exception {
        Page page = browser.newVisitor(browser.uri()).page();
        assertEquals(502, page.navigate(browser.uri().toString()).status());

        browser.streamlit().start();

        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Harbour weather")))
                .isVisible();
        assertThat(page).hasURL(browser.uri().toString());
    }

    @Test
    void waitingPageFollowsTheReason() throws Exception {
        Page page = browser.newVisitor(browser.uri()).page();
        assertEquals(502, page.navigate(browser.uri().toString()).status());
        Locator reason = page.locator("#reason");
        String refused = reason.innerText();

        try (ServerSocket listening =
                new ServerSocket(browser.streamlit().port(), 50, InetAddress.getLoopbackAddress())) {
            closeAllConnections(listening);
            assertThat(reason).not().hasText(refused);
        }
        assertThat(reason).hasText(refused);
    }

    /** Accepts and closes connections until the socket is closed, like a Streamlit that crashes on each request. */
    private static void closeAllConnections(ServerSocket listening) {
        Thread thread = new Thread(
                () -> {
                    while (!listening.isClosed()) {
                        try {
                            listening.accept().close();
                        } catch (IOException e) {
                            return; // the test has closed the socket
                        }
                    }
                },
                "crashing-streamlit");
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void deepLinkIsKeptWhenAppComesUp() throws Exception {
        Page page = browser.newVisitor(browser.uri()).page();
        assertEquals(502, page.navigate(browser.uri() + "chat?a=1").status());

        browser.streamlit().start();

        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Chat")))
                .isVisible();
        assertThat(page).hasURL(browser.uri() + "chat?a=1");
    }
}
