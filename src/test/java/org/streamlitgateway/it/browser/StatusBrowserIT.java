package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** The status page in Chromium, without JavaScript: its look at two widths, and its forms. Pictures: target/browser/status. */
class StatusBrowserIT extends OnEveryCommandLine {
    private static final int PHONE = 390;
    private static final int DESKTOP = 1280;

    private final List<String> console = new ArrayList<>();

    private Page open(Chromium chromium, URI gateway, String path, int width, ColorScheme colors) {
        BrowserContext window = chromium.newWindow(new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(colors)
                .setJavaScriptEnabled(false));
        Page page = window.newPage();
        page.onConsoleMessage(message -> console.add(message.text()));
        page.navigate(gateway.resolve(path).toString());
        return page;
    }

    private void picture(Chromium chromium, URI gateway, String path, String name) {
        for (int width : new int[] {PHONE, DESKTOP}) {
            for (ColorScheme colors : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                Page page = open(chromium, gateway, path, width, colors);
                assertEquals(
                        width,
                        ((Number) page.locator("html").boundingBox().width).intValue(),
                        "nothing is wider than the screen");
                page.screenshot(new Page.ScreenshotOptions()
                        .setFullPage(true)
                        .setPath(Artifacts.directory("status")
                                .resolve(
                                        name + "-" + width + "-" + colors.name().toLowerCase(Locale.ROOT) + ".png")));
                page.context().close();
            }
        }
    }

    @Test
    void emptyAndBusyGatewaysLookWellAndActionsWork() throws Exception {
        Path logo = Files.writeString(folder.resolve("logo.svg"), """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#f03e3e"/>
                <path d="M8 20l6-8 5 5 5-7" stroke="#fff" stroke-width="3" fill="none"/></svg>
                """);
        try (FakeFeed feed = FakeFeed.start();
                FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit down = FakeStreamlit.start()) {
            down.stop();
            String settings = "page-title: Acme data apps\npage-logo: " + logo + "\nstate-folder: " + folder
                    + "\nchannel: prices=" + feed.address() + ",mode=shared,apps=*\nadmins: ada\n";
            String apps =
                    "  /sales:\n    name: Sales\n    description: Orders and revenue of the day\n    replicas: [127.0.0.1:"
                            + one.port() + ", 127.0.0.1:" + two.port() + ", 127.0.0.1:" + down.port() + "]\n"
                            + "  /reports: {name: Quarterly reports, replicas: 127.0.0.1:" + two.port() + "}\n";
            try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, settings, apps);
                    Chromium chromium = Chromium.launch();
                    LiveSessions sales = new LiveSessions(gateway.uri().resolve("/sales/"))) {
                StreamlitSessions.of("one", one);
                StreamlitSessions.of("two", two);
                gateway.awaitLine("is down");
                picture(chromium, gateway.uri(), "/_gateway/status", "empty");
                picture(chromium, gateway.uri(), "/", "list");
                sales.open(12);
                picture(chromium, gateway.uri(), "/_gateway/status", "full");
                picture(chromium, gateway.uri(), "/_gateway/status?ask=stop&app=/sales", "ask");

                Page page = open(chromium, gateway.uri(), "/_gateway/status", DESKTOP, ColorScheme.LIGHT);
                page.getByText("Drain", new Page.GetByTextOptions().setExact(true))
                        .first()
                        .click();
                assertThat(page.getByRole(AriaRole.STATUS)).containsText("is draining");
                page.getByText("Stop…").first().click();
                page.getByLabel("Text for visitors").fill("We are <b>back</b> at noon.");
                page.locator("button.danger").click();
                assertThat(page.getByRole(AriaRole.STATUS)).containsText("is stopped");
                picture(chromium, gateway.uri(), "/sales/", "waiting");
                Page visitor = open(chromium, gateway.uri(), "/sales/", DESKTOP, ColorScheme.LIGHT);
                assertThat(visitor.locator("#reason")).hasText("We are <b>back</b> at noon.");
                page.getByText("Resume").first().click();
                assertThat(page.getByRole(AriaRole.STATUS)).containsText("visitors in again");
                assertEquals(
                        List.of(),
                        console.stream()
                                .filter(text -> text.contains("Content Security"))
                                .toList());
            }
        }
    }

    /** nginx as its manual shows it: it hides the visitor, and names this machine in Host. */
    @Test
    void visitorsThroughNginxOnThisMachineAreStrangers() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(
                        war, folder, "state-folder: " + folder + "\n", ConfiguredGateway.app("/a", one))) {
            int port;
            try (Socket held = Ports.hold()) {
                port = held.getLocalPort();
            }
            Path file = Files.writeString(folder.resolve("nginx.conf"), """
                    daemon off;
                    worker_processes 1;
                    pid %1$s/nginx.pid;
                    error_log stderr;
                    events { worker_connections 64; }
                    http {
                      access_log off;
                      client_body_temp_path /tmp;
                      proxy_temp_path /tmp;
                      fastcgi_temp_path /tmp;
                      uwsgi_temp_path /tmp;
                      scgi_temp_path /tmp;
                      server { listen 127.0.0.1:%2$d; location / { proxy_pass http://127.0.0.1:%3$d; } }
                    }
                    """.formatted(
                            folder, port, gateway.uri().getPort()));
            try (LaunchedProcess nginx = LaunchedProcess.start(
                    List.of("/usr/sbin/nginx", "-p", folder.toString(), "-c", file.toString()), Map.of())) {
                Eventually.until(nginx::output, Eventually.LIMIT, () -> {
                    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return probe.isConnected();
                    } catch (IOException e) {
                        return false;
                    }
                });
                URI front = URI.create("http://localhost:" + port + "/");
                for (String path : List.of("/_gateway/status", "/_gateway/status.json")) {
                    try (RawHttp http = RawHttp.connect(front)) {
                        assertEquals(404, http.get(path).status(), "through nginx");
                    }
                    assertEquals(200, gateway.status(path), "directly");
                }
            }
        }
    }
}
