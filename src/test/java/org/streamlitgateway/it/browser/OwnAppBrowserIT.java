package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/**
 * A real Streamlit run by the gateway from a virtual environment: asleep, awake, over its memory limit, stopped for
 * good.
 */
@Timeout(300)
class OwnAppBrowserIT {
    /** Less than the minute of health that resets the count of restarts. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final double TIMEOUT_MILLIS = 60_000;

    @TempDir
    private Path folder;

    @Test
    void appSleepsWakesAndIsStoppedOverMemoryLimit() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                proxy-host: 127.0.0.1
                proxy-port: 0
                health-interval: 500ms
                health-timeout: 20s
                connect-timeout: 20s
                apps:
                  /own:
                    app: %s
                    command: %s
                    environment: {TITLE: Own}
                    idle-stop: 10s
                    memory: 500M
                    max-restarts: 1
                """.formatted(
                        Path.of("src/test/streamlit/named.py").toAbsolutePath(),
                        InstalledProgram.STREAMLIT.path().getParent().getParent()));
        try (LaunchedProcess gateway =
                        WarDeployment.installed().get(0).launch(List.of("--config", file.toString()), Map.of());
                Chromium chromium = Chromium.launch()) {
            URI app = WarDeployment.readyAddress(gateway).resolve("/own/");

            Page first = visit(chromium, app);
            long asleep = process(first);
            first.close();
            gateway.awaitLine("idle for PT10S (idle-stop)");
            Eventually.until("its process has ended", () -> ProcessHandle.of(asleep)
                    .filter(ProcessHandle::isAlive)
                    .isEmpty());

            Page second = visit(chromium, app);
            second.setDefaultTimeout(TIMEOUT_MILLIS);
            long overLimit = process(second);
            click(second, "Eat");
            gateway.awaitLine("over its limit of 500 MB (memory); stopping it");
            gateway.awaitLine("restarting it in");
            Eventually.until(() -> "the same tab is used again", SOON, () -> {
                click(second, "Count");
                return process(second) != overLimit;
            });

            click(second, "Eat");
            gateway.awaitLine("is reached (max-restarts)");
            Page third = chromium.newWindow().newPage();
            third.navigate(app.toString());
            assertThat(third.locator("body")).containsText("memory");
        }
    }

    /** Opens the app and waits until the waiting page has been replaced. */
    private static Page visit(Chromium chromium, URI app) {
        Page page = chromium.newWindow().newPage();
        page.navigate(app.toString());
        assertThat(page.locator("h1")).hasText("Own");
        return page;
    }

    private static long process(Page page) {
        String caption =
                page.getByTestId("stCaptionContainer").first().textContent().strip();
        return Long.parseLong(caption.substring("process ".length()));
    }

    private static void click(Page page, String button) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button))
                .click();
    }
}
