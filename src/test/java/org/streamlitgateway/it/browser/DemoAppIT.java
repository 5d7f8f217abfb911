package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every element of the demo app, viewed and used. */
@EachPlacement
class DemoAppIT extends InBrowser {
    /**
     * Tag of tests that exercise the same path through the gateway as another test; {@code -Pmatrix} skips them in
     * containers.
     */
    private static final String ALIKE = "alike";

    private static final int UPLOAD_BYTES = 20 * 1024 * 1024;

    DemoAppIT() {
        super(new BrowserFixture(App.DEMO));
    }

    @Test
    void textInputUpdatesGreeting() {
        Page page = browser.visit("").page();
        assertThat(page.getByText("Hello, Ada.")).isVisible();

        page.getByLabel("Your name").fill("Grace Høpper");
        page.getByLabel("Your name").press("Enter");

        assertThat(page.getByText("Hello, Grace Høpper.")).isVisible();
    }

    @Test
    @Tag(ALIKE)
    void sliderChangesNumberOfDays() {
        Page page = browser.visit("").page();

        page.getByRole(AriaRole.SLIDER).press("ArrowRight");

        assertThat(page.getByText("Over 31 days")).isVisible();
    }

    @Test
    @Tag(ALIKE)
    void selectboxChangesHarbour() {
        Page page = browser.visit("").page();

        page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Harbour"))
                .click();
        page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName("Αθήνα"))
                .click();

        assertThat(page.getByText("days Αθήνα had a mean of")).isVisible();
    }

    @Test
    @Tag(ALIKE)
    void checkboxAddsLineToChart() {
        Page page = browser.visit("").page();
        assertThat(linesOfTheChart(page)).hasCount(2);

        page.getByTestId("stCheckbox").locator("label").click();

        assertThat(page.getByRole(AriaRole.CHECKBOX)).isChecked();
        assertThat(linesOfTheChart(page)).hasCount(3);
    }

    @Test
    @Tag(ALIKE)
    void buttonCountsPerSession() {
        Page page = browser.visit("").page();
        assertThat(page.getByText("Clicks in this session: 0")).isVisible();

        for (int click = 1; click <= 3; click++) {
            Demo.countAClick(page);
            assertThat(page.getByText("Clicks in this session: " + click)).isVisible();
        }
    }

    @Test
    @Tag(ALIKE)
    void chartIsRendered() {
        Page page = browser.visit("").page();

        assertThat(linesOfTheChart(page)).hasCount(2);
        for (Locator line : linesOfTheChart(page).all()) {
            assertThat(line).hasAttribute("d", Pattern.compile("M[\\d.,-]+(L[\\d.,-]+){29}"));
        }
    }

    @Test
    @Tag(ALIKE)
    void dataframeIsRenderedWithItsNumbers() {
        Page page = browser.visit("").page();
        Locator canvas = page.getByTestId("stDataFrame").getByTestId("data-grid-canvas");
        assertThat(canvas).isVisible();

        assertThat(canvas.locator("table")).hasAttribute("aria-rowcount", "31");
        assertThat(canvas.locator("tbody tr").first().locator("td")).hasText(new String[] {"1", "10.4", "8.3"});
        page.waitForCondition(() -> (int) canvas.evaluate(Demo.COLOURS_OF_A_CANVAS) > 10);
    }

    @Test
    void imageIsLoaded() {
        Page page = browser.visit("").page();
        Locator image = page.getByTestId("stImage").locator("img");
        image.scrollIntoViewIfNeeded();

        page.waitForCondition(() -> (boolean) image.evaluate("image => image.complete"));
        assertEquals(960, image.evaluate("image => image.naturalWidth"));
    }

    @Test
    void audioIsLoadedAndSeekable() {
        Page page = browser.visit("").page();
        Locator audio = page.getByTestId("stAudio");
        audio.scrollIntoViewIfNeeded();

        page.waitForCondition(() -> (int) audio.evaluate("audio => audio.readyState") > 0);
        assertEquals(2.0, ((Number) audio.evaluate("audio => audio.duration")).doubleValue(), 0.01);
        audio.evaluate("audio => new Promise(sought => { audio.onseeked = sought; audio.currentTime = 1.5 })");
        assertEquals(
                List.of(206, "bytes 100-199/88244", 100),
                audio.evaluate("async audio => {"
                        + " const part = await fetch(audio.src, {headers: {Range: 'bytes=100-199'}});"
                        + " const bytes = await part.arrayBuffer();"
                        + " return [part.status, part.headers.get('Content-Range'), bytes.byteLength] }"));
    }

    @Test
    @Tag(ALIKE)
    void expanderShowsContext() {
        Page page = browser.visit("").page();

        page.getByText("What the app knows about you").click();

        assertThat(page.getByTestId("stJson")).containsText("ip_address");
        assertThat(page.getByTestId("stJson")).containsText(browser.uri().getAuthority());
    }

    @Test
    void chatStreamsItsAnswerGradually() {
        Streamed answer = chat();
        for (int again = 0; again < 2 && !answer.isGradual(); again++) {
            answer = chat(); // an overloaded browser renders many words at once
        }
        assertTrue(answer.isGradual(), answer::toString);
    }

    /** Lengths at which an answer was seen, and the time from the first to the last. */
    private record Streamed(List<?> lengths, double millis) {
        /**
         * Returns whether the answer was rendered gradually: about sixty words, one each 40 ms; a page on a busy
         * machine may render several at once.
         */
        boolean isGradual() {
            return lengths.size() >= 12 && millis > 1_200;
        }
    }

    private Streamed chat() {
        Page page = browser.visit("chat").page();
        page.evaluate(Demo.RECORD_THE_LAST_CHAT_MESSAGE);

        Demo.ask(page, "What is the tide doing?");

        assertThat(page.getByTestId("stChatMessage").last()).containsText("would be holding me back.");
        assertThat(page.getByTestId("stChatMessage").last())
                .containsText("“What is the tide doing?”. That is 5 words.");
        List<?> lengths = (List<?>) page.evaluate("() => window.recorded.map(([length, at]) => length)");
        Number millis = (Number) page.evaluate("() => window.recorded.at(-1)[1] - window.recorded[0][1]");
        return new Streamed(lengths, millis.doubleValue());
    }

    @Test
    void uploadOfTwentyMegabytesArrivesUnchanged(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("upload.bin");
        byte[] content = new byte[UPLOAD_BYTES];
        new Random(20).nextBytes(content);
        Files.write(file, content);
        Page page = browser.visit("").page();

        page.getByTestId("stFileUploaderDropzoneInput").setInputFiles(file);

        assertThat(page.getByText("upload.bin arrived: 20,971,520 bytes")).isVisible();
        assertThat(page.locator(".st-key-sha256 code"))
                .hasText(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    }

    @Test
    @Tag(ALIKE)
    void uploadedFileCanBeRemoved(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("note.txt"), "ahoy");
        Page page = browser.visit("").page();
        page.getByTestId("stFileUploaderDropzoneInput").setInputFiles(file);
        assertThat(page.getByText("note.txt arrived: 4 bytes")).isVisible();

        page.waitForResponse(
                answer -> answer.request().method().equals("DELETE") && answer.status() == 204,
                () -> page.getByTestId("stFileUploader")
                        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove note.txt"))
                        .click());

        assertThat(page.getByText("note.txt arrived")).isHidden();
    }

    @Test
    void downloadMatchesContentByteForByte() throws Exception {
        Page page = browser.visit("").page();

        Download download = page.waitForDownload(() ->
                page.getByTestId("stDownloadButton").getByRole(AriaRole.BUTTON).click());

        assertEquals("weather.csv", download.suggestedFilename());
        URI inTheApp = browser.uri().relativize(URI.create(download.url()));
        byte[] held;
        try (var upstream = browser.streamlit().uri().resolve(inTheApp).toURL().openStream()) {
            held = upstream.readAllBytes();
        }
        byte[] downloaded = Files.readAllBytes(download.path());
        assertArrayEquals(held, downloaded);
        assertEquals(31, new String(downloaded, StandardCharsets.UTF_8).lines().count());
    }

    /** Saves a picture for inspection: {@code target/browser/demo-<deployment>.png}. */
    @Test
    void pictureOfWholePageIsTaken() throws Exception {
        Page page = browser.visit("").page();
        assertThat(linesOfTheChart(page)).hasCount(2);
        assertThat(page.getByTestId("data-grid-canvas")).isVisible();
        page.getByText("What the app knows about you").click();
        assertThat(page.getByTestId("stJson")).isVisible();
        page.mouse().move(0, 0);
        // the page scrolls within itself, so the window is made as high as the content
        page.waitForCondition(() -> {
            Locator main = page.getByTestId("stMain");
            page.setViewportSize(1280, (int) main.evaluate("main => main.scrollHeight"));
            return (boolean) main.evaluate("main => main.scrollHeight <= main.clientHeight"
                    + " && document.getAnimations().every(animation => animation.playState !== 'running')");
        });
        Locator image = page.getByTestId("stImage").locator("img");
        page.waitForCondition(() -> (boolean) image.evaluate("image => image.complete && image.naturalWidth > 0"));

        Path picture = Artifacts.directory("").resolve("demo-" + placement.fileName() + ".png");
        byte[] png =
                page.screenshot(new Page.ScreenshotOptions().setPath(picture).setFullPage(true));

        assertTrue(png.length > 100_000, "a blank page compresses to less: " + png.length);
    }

    private static Locator linesOfTheChart(Page page) {
        return page.getByTestId("stVegaLiteChart").locator("g.mark-line path[d]:not([d=''])");
    }
}
