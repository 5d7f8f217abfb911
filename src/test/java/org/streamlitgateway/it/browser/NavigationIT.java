package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses: pages, deep links, the browser's back and forward buttons, redirects. */
@EachPlacement
class NavigationIT extends InBrowser {
    NavigationIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @Test
    void deepLinkOpensItsPage() {
        Page page = browser.visit("chat").page();

        assertThat(heading(page, "Chat")).isVisible();
        assertThat(page).hasURL(browser.uri() + "chat");
    }

    @Test
    void refreshOnDeepLinkStaysOnItsPage() {
        Tab tab = browser.visit("chat");
        assertThat(heading(tab.page(), "Chat")).isVisible();

        tab.page().reload();
        tab.settled();

        assertThat(heading(tab.page(), "Chat")).isVisible();
        assertThat(tab.page()).hasURL(browser.uri() + "chat");
        Demo.ask(tab.page(), "Still there?");
        assertThat(tab.page().getByTestId("stChatMessage").last()).containsText("“Still there?”");
    }

    @Test
    void linksSwitchPagesWithoutReload() {
        Page page = browser.visit("").page();
        page.evaluate("() => { window.sameDocument = true }");

        Demo.follow(page, "Chat");
        assertThat(heading(page, "Chat")).isVisible();
        assertThat(page).hasURL(browser.uri() + "chat");

        Demo.follow(page, "Tour");
        assertThat(heading(page, "Harbour weather")).isVisible();
        assertThat(page).hasURL(browser.uri().toString());
        assertEquals(true, page.evaluate("() => window.sameDocument"));
    }

    @Test
    void backAndForwardSwitchPages() {
        Page page = browser.visit("").page();
        Demo.follow(page, "Chat");
        assertThat(heading(page, "Chat")).isVisible();

        page.goBack();
        assertThat(heading(page, "Harbour weather")).isVisible();
        assertThat(page).hasURL(browser.uri().toString());

        page.goForward();
        assertThat(heading(page, "Chat")).isVisible();
        assertThat(page).hasURL(browser.uri() + "chat");
    }

    @Test
    void sessionStateIsKeptAcrossPages() {
        Page page = browser.visit("").page();
        Demo.countAClick(page);
        assertThat(page.getByText("Clicks in this session: 1")).isVisible();

        Demo.follow(page, "Chat");
        assertThat(heading(page, "Chat")).isVisible();
        Demo.follow(page, "Tour");

        assertThat(page.getByText("Clicks in this session: 1")).isVisible();
    }

    @Test
    void contextPathWithoutSlashOpensAppAndKeepsQuery() {
        Page page = browser.newTab().page();
        String withoutSlash = browser.uri().toString().replaceFirst("/$", "");

        page.navigate(withoutSlash + "?a=1&b=x%2Fy");

        assertThat(heading(page, "Harbour weather")).isVisible();
        assertThat(page).hasURL(withoutSlash + "/?a=1&b=x%2Fy");
    }

    @Test
    void pageWithTrailingSlashIsRedirectedWithinApp() {
        Page page = browser.newTab().page();

        page.navigate(browser.uri() + "chat/?a=1");

        assertThat(heading(page, "Chat")).isVisible();
        assertThat(page).hasURL(browser.uri() + "chat?a=1");
    }

    @Test
    void allRequestsStayWithinApp(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("ahoy.txt"), "ahoy");
        Tab tab = browser.visit("");
        Page page = tab.page();
        page.getByTestId("stFileUploaderDropzoneInput").setInputFiles(file);
        assertThat(page.getByText("ahoy.txt arrived")).isVisible();
        Demo.follow(page, "Chat");
        Demo.ask(page, "Where does this go?");
        assertThat(page.getByTestId("stChatMessage").last()).containsText("holding me back.");
        page.reload();
        tab.settled();

        String app = browser.uri().getAuthority() + browser.uri().getPath();
        List<String> outside = tab.requested().stream()
                .filter(url -> !url.startsWith("http://" + app) && !url.startsWith("ws://" + app))
                .filter(url -> !url.startsWith("data:") && !url.startsWith("blob:"))
                .toList();

        assertEquals(List.of(), outside);
    }

    private static Locator heading(Page page, String text) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(text));
    }
}
