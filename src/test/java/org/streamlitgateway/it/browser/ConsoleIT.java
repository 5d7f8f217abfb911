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

/** The same walk through the demo with and without the gateway: what the browser complains of must not become more. */
@EachPlacement
class ConsoleIT extends InBrowser {
    /** The reason phrase of a status, which Tomcat leaves out. */
    private static final Pattern REASON = Pattern.compile("(a status of \\d+) \\(.*\\)");

    ConsoleIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @Test
    void consoleShowsNoErrorOrWarningThatItDoesNotShowWithoutTheGateway(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("walk.txt"), "ahoy");

        SortedSet<String> without = walk(browser.streamlit().uri(), file);
        SortedSet<String> with = walk(browser.uri(), file);

        SortedSet<String> more = new TreeSet<>(with);
        more.removeAll(without);
        assertEquals(Set.of(), more);
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
