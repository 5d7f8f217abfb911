package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/** Real Streamlits at nested paths, one of them with three processes, and a real browser. */
@Timeout(400)
class ManyAppsBrowserIT {
    private static final int REPLICAS = 3;
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final double TIMEOUT_MILLIS = PATIENT.toMillis();

    /** Health requests to the parent path after which the test concludes that the page does not stay there. */
    private static final int REQUESTS = 3;

    @TempDir
    private Path folder;

    @Test
    void nestedAppsReplicasAndAppListWork() throws Exception {
        Path script = Path.of("src/test/streamlit/named.py").toAbsolutePath();
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
        try (StreamlitProcess inner = new StreamlitProcess(script, "/", Map.of("TITLE", "Forecast"))) {
            inner.start();
            Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                    proxy-host: 127.0.0.1
                    proxy-port: 0
                    log-level: DEBUG
                    health-interval: 500ms
                    health-timeout: 20s
                    connect-timeout: 20s
                    apps:
                      /a:
                        name: Sales
                        description: What was sold, by week and region
                        app: %s
                        command: %s
                        processes: %d
                        environment: {TITLE: Sales}
                        arguments: [--server.fileWatcherType=none]
                      /a/b:
                        name: Forecast
                        description: What comes next
                        replicas: 127.0.0.1:%d
                    """.formatted(
                            script, InstalledProgram.STREAMLIT.path(), REPLICAS, inner.port()));
            try (LaunchedProcess gateway =
                            WarDeployment.installed().get(0).launch(List.of("--config", file.toString()), Map.of());
                    Chromium chromium = Chromium.launch()) {
                URI uri = WarDeployment.readyAddress(gateway);
                try {
                    Path pictures = Artifacts.directory("ManyAppsBrowserIT");
                    checkAppList(chromium, uri, pictures);
                    Eventually.until(gateway::output, PATIENT, () -> healthy(gateway) >= REPLICAS);
                    uploadToEveryReplica(chromium, uri, pictures);
                    uploadToBothApps(chromium, uri);
                    stopInnerApp(chromium, uri, inner, pictures);
                } finally {
                    Files.writeString(
                            Artifacts.directory("ManyAppsBrowserIT").resolve("gateway.log"), gateway.output());
                }
            }
        }
    }

    private static long healthy(LaunchedProcess gateway) {
        return gateway.output()
                .lines()
                .filter(line -> line.contains("is healthy at"))
                .count();
    }

    private static void picture(Page page, Path pictures, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name + ".png")));
    }

    private static void checkAppList(Chromium chromium, URI uri, Path pictures) {
        Page page = chromium.newWindow().newPage();
        page.navigate(uri.toString());
        assertThat(page.getByText("Sales", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        assertThat(page.getByText("What comes next")).isVisible();
        assertThat(page.getByText("Starts when opened")).isVisible();
        picture(page, pictures, "list");
        page.getByText("Sales", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator("h1")).hasText("Sales"); // the waiting page reloads by itself
        page.close();
    }

    private static void uploadToEveryReplica(Chromium chromium, URI uri, Path pictures) {
        Set<String> processes = new TreeSet<>();
        List<Tab> tabs = new ArrayList<>();
        for (int visitor = 0; visitor < REPLICAS; visitor++) {
            Tab tab = chromium.newVisitor(uri.resolve("/a/"));
            tab.page().setDefaultTimeout(TIMEOUT_MILLIS);
            tabs.add(tab.open(""));
            processes.add(tab.page()
                    .locator("[data-testid=stCaptionContainer]")
                    .first()
                    .textContent());
        }
        for (int visitor = 0; visitor < REPLICAS; visitor++) {
            Page page = tabs.get(visitor).page();
            byte[] content = "x".repeat(1000 + visitor).getBytes(StandardCharsets.UTF_8);
            page.locator("input[type=file]").setInputFiles(new FilePayload("f.txt", "text/plain", content));
            assertThat(page.getByText("Got " + content.length + " bytes")).isVisible();
            page.waitForFunction("() => document.querySelector('[data-testid=stImage] img, img')?.naturalWidth === 80");
        }
        picture(tabs.get(0).page(), pictures, "outer");
        assertEquals(REPLICAS, processes.size(), processes::toString);
        tabs.forEach(tab -> tab.page().close());
    }

    /** One visitor with both apps open: they share the XSRF token; everything else is separate. */
    private static void uploadToBothApps(Chromium chromium, URI uri) {
        BrowserContext visitor = chromium.newWindow();
        Tab outer = new Tab(visitor.newPage(), uri.resolve("/a/")).open("");
        Tab inner = new Tab(visitor.newPage(), uri.resolve("/a/b/")).open("");
        int size = 3000;
        for (Tab tab : List.of(outer, inner, outer, inner)) {
            byte[] content = "y".repeat(++size).getBytes(StandardCharsets.UTF_8);
            tab.page().locator("input[type=file]").setInputFiles(new FilePayload("g.txt", "text/plain", content));
            assertThat(tab.page().getByText("Got " + size + " bytes")).isVisible();
        }
        assertThat(outer.page().locator("h1")).hasText("Sales");
        assertThat(inner.page().locator("h1")).hasText("Forecast");
        long tokens = visitor.cookies().stream()
                .filter(cookie -> cookie.name.equals("_streamlit_xsrf"))
                .count();
        assertEquals(1, tokens);
        visitor.close();
    }

    /**
     * Stops the inner app after its page has loaded but before it is connected. The page then also tries the parent
     * path and stays with the first that answers. Once connected, it uses its own address only.
     */
    private static void stopInnerApp(Chromium chromium, URI uri, StreamlitProcess inner, Path pictures)
            throws Exception {
        Tab tab = chromium.newVisitor(uri.resolve("/a/b/"));
        tab.page().setDefaultTimeout(TIMEOUT_MILLIS);
        AtomicBoolean stopped = new AtomicBoolean();
        tab.page().route("**/a/b/_stcore/health", route -> {
            if (stopped.compareAndSet(false, true)) {
                stop(inner);
            }
            route.resume();
        });
        tab.page().navigate(uri.resolve("/a/b/").toString());
        String above = uri.resolve("/a/_stcore/health").toString();
        tab.page()
                .waitForCondition(
                        () -> tab.requested().stream().filter(above::equals).count() >= REQUESTS);
        inner.start();
        tab.settled();

        assertThat(tab.page().locator("h1")).hasText("Forecast");
        picture(tab.page(), pictures, "inner");
        List<String> sockets = tab.requested().stream()
                .filter(url -> url.endsWith("/_stcore/stream"))
                .toList();
        assertFalse(sockets.isEmpty());
        assertFalse(sockets.stream().anyMatch(url -> !url.endsWith("/a/b/_stcore/stream")), sockets::toString);
        assertTrue(tab.complaints().contains("404 " + above), () -> tab.complaints()
                .toString());
    }

    private static void stop(StreamlitProcess streamlit) {
        try {
            streamlit.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
