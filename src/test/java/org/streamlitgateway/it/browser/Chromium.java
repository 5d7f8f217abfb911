package org.streamlitgateway.it.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Debian's Chromium, headless. */
final class Chromium implements AutoCloseable {
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    static Chromium launch() throws IOException {
        return launch(List.of());
    }

    /** Launches it with additional arguments. */
    static Chromium launch(List<String> additional) throws IOException {
        List<String> arguments = new ArrayList<>(ARGUMENTS);
        arguments.addAll(additional);
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            Browser browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(InstalledProgram.CHROMIUM.path())
                            .setArgs(arguments));
            return new Chromium(playwright, browser);
        } catch (IOException | RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    /** Opens a window with its own cookies and cache. */
    BrowserContext newWindow() {
        return browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 1000).setIgnoreHTTPSErrors(true));
    }

    /** Opens a window with these options. */
    BrowserContext newWindow(Browser.NewContextOptions options) {
        return browser.newContext(options);
    }

    /** Opens a blank tab for a new visitor, who uses the app at this address. */
    Tab newVisitor(URI app) {
        return new Tab(newWindow().newPage(), app);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
