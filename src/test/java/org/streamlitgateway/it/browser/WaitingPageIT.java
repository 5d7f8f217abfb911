package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a visitor sees who comes before the app is up. */
@EachMount
class WaitingPageIT extends OnStage {
    WaitingPageIT() {
        super(new Stage(App.DEMO));
    }

    @BeforeEach
    void streamlitIsDown() throws Exception {
        assumeFalse(mount.isDirect(), "the waiting page is the gateway's");
        stage.streamlit().stop();
    }

    @Test
    void waitingPageSaysThatTheAppIsNotUpAndNeedsNothingElse() {
        Tab tab = stage.newVisitor(stage.uri());

        Response answer = tab.page().navigate(stage.uri().toString());

        assertEquals(502, answer.status());
        assertTrue(answer.headerValue("content-type").startsWith("text/html"), "it is a page");
        assertThat(tab.page().getByTestId("stApp")).hasCount(0);
        assertFalse(tab.page().locator("body").innerText().isBlank(), "it says something");
        List<String> outside = tab.requested().stream()
                .filter(url -> !url.startsWith(stage.uri().toString()))
                .filter(url -> !url.endsWith("/favicon.ico"))
                .toList();
        assertEquals(List.of(), outside);
    }

    @Test
    void appComesInByItselfWhenItIsUp() throws Exception {
        Page page = stage.newVisitor(stage.uri()).page();
        assertEquals(502, page.navigate(stage.uri().toString()).status());

        stage.streamlit().start();

        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Harbour weather")))
                .isVisible();
        assertThat(page).hasURL(stage.uri().toString());
    }

    @Test
    void deepLinkComesInAtItsOwnAddress() throws Exception {
        Page page = stage.newVisitor(stage.uri()).page();
        assertEquals(502, page.navigate(stage.uri() + "chat?a=1").status());

        stage.streamlit().start();

        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Chat")))
                .isVisible();
        assertThat(page).hasURL(stage.uri() + "chat?a=1");
    }
}
