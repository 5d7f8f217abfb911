package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Walks through the demo with and without the gateway: the gateway must not add console errors or warnings. */
@EachPlacement
class ConsoleIT extends InBrowser {
    /** Reason phrase of a status, which Tomcat omits. */
    private static final Pattern REASON = Pattern.compile("(a status of \\d+) \\(.*\\)");

    ConsoleIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @Test
    void gatewayAddsNoConsoleErrorsOrWarnings(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("walk.txt"), "ahoy");

        SortedSet<String> without = walk(browser.streamlit().uri(), file);
        SortedSet<String> with = walk(browser.uri(), file);

        SortedSet<String> added = new TreeSet<>(with);
        added.removeAll(without);
        assertEquals(Set.of(), added);
    }

    private SortedSet<String> walk(URI app, Path file) {
        Tab tab = browser.newVisitor(app).open("");
        Page page = tab.page();
        assertThat(page.getByTestId("stVegaLiteChart").locator("svg")).isVisible();
        assertThat(page.getByTestId("data-grid-canvas")).isVisible();
        page.getByTestId("stFileUploaderDropzoneInput").setInputFiles(file);
        assertThat(page.getByText("walk.txt arrived")).isVisible();
        page.getByTestId("stAudio").scrollIntoViewIfNeeded();
        page.waitForDownload(
                () -> page.getByTestId("stDownloadButton").locator("button").click());
        page.getByText("What the app knows about you").click();
        assertThat(page.getByTestId("stJson")).isVisible();

        Demo.follow(page, "Chat");
        Demo.ask(page, "Anything to complain about?");
        assertThat(page.getByTestId("stChatMessage").last()).containsText("holding me back.");
        page.goBack();
        assertThat(page.getByTestId("stVegaLiteChart").locator("svg")).isVisible();

        tab.open("chat");
        page.reload();
        tab.settled();
        return tab.complaints().stream()
                .map(complaint -> REASON.matcher(complaint).replaceAll("$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
