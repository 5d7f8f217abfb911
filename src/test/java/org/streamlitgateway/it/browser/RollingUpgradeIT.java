package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocket;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/** Two real Streamlits are replaced by another build, one after the other, while visitors have the app open. */
@Timeout(400)
class RollingUpgradeIT {
    private static final Path SCRIPT = Path.of("src/test/streamlit/rolling.py").toAbsolutePath();
    private static final int VISITORS = 4;
    private static final double TIMEOUT_MILLIS = 60_000;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void allowLongWaits() {
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
        file = folder.resolve("gateway.yaml");
    }

    @Test
    void onlySessionsOfStoppedReplicaRestartAndOldTabsFindTheirAssets() throws Exception {
        Map<String, String> newer =
                Map.of("PYTHONPATH", OtherBuild.in(folder.resolve("newer")).toString());
        try (StreamlitProcess one = new StreamlitProcess(SCRIPT, "/", Map.of());
                StreamlitProcess two = new StreamlitProcess(SCRIPT, "/", Map.of());
                StreamlitProcess newOne = new StreamlitProcess(SCRIPT, "/", newer);
                StreamlitProcess newTwo = new StreamlitProcess(SCRIPT, "/", newer)) {
            one.start();
            two.start();
            configure(address(one), address(two));
            try (LaunchedProcess gateway =
                            WarDeployment.installed().get(0).launch(List.of("--config", file.toString()), Map.of());
                    Chromium chromium = Chromium.launch()) {
                URI app = WarDeployment.readyAddress(gateway).resolve("/app/");
                List<Tab> tabsOfFirst = new ArrayList<>();
                List<Tab> tabsOfSecond = new ArrayList<>();
                for (int i = 0; i < VISITORS; i++) {
                    Tab tab = chromium.newVisitor(app).open("");
                    (isOn(tab, one) ? tabsOfFirst : tabsOfSecond).add(tab);
                    count(tab, 1);
                }
                assertEquals(VISITORS / 2, tabsOfFirst.size());
                toggle(tabsOfSecond.get(0), "Sound"); // makes the tab load the script while it is available
                assertThat(tabsOfSecond.get(0).page().getByTestId("stAudio")).isVisible();

                configure("{address: " + address(one) + ", drain: yes}", address(two));
                gateway.awaitLine("drains");
                for (Tab tab : tabsOfFirst) {
                    count(tab, 2);
                    assertTrue(isOn(tab, one));
                }

                newOne.start();
                replace(one, tabsOfFirst, address(newOne), address(two));
                for (Tab tab : tabsOfFirst) {
                    count(tab, 1);
                    assertTrue(isOn(tab, newOne));
                }
                for (Tab tab : tabsOfSecond) {
                    count(tab, 2);
                    assertTrue(isOn(tab, two));
                }
                // its page is from the old build, its session from the new one: the other replica still has the
                // script
                toggle(tabsOfFirst.get(0), "Chart");
                assertThat(tabsOfFirst.get(0).page().locator("[data-testid=stVegaLiteChart] svg.marks"))
                        .isVisible();

                newTwo.start();
                replace(two, tabsOfSecond, address(newOne), address(newTwo));
                // only the gateway has the old scripts now
                for (Tab tab : List.of(tabsOfFirst.get(1), tabsOfSecond.get(1))) {
                    toggle(tab, "Sound");
                    assertThat(tab.page().getByTestId("stAudio")).isVisible();
                }
                Tab newcomer = chromium.newVisitor(app).open("");
                count(newcomer, 1);
                List<String> scripts = newcomer.requested().stream()
                        .filter(url -> url.contains("/static/js/index."))
                        .toList();
                assertEquals(1, scripts.size(), scripts::toString);
                assertTrue(scripts.stream().noneMatch(tabsOfSecond.get(1).requested()::contains), scripts::toString);
            }
        }
    }

    /** Removes and stops the replica; its visitors' tabs reconnect by themselves. */
    private void replace(StreamlitProcess old, List<Tab> visitors, String... replicas) throws Exception {
        List<WebSocket> sockets = visitors.stream().map(Tab::latestSocket).toList();
        configure(replicas);
        for (int i = 0; i < visitors.size(); i++) {
            visitors.get(i).awaitReconnect(sockets.get(i));
        }
        old.stop();
    }

    private void configure(String... replicas) throws IOException {
        Files.writeString(file, """
                proxy-host: 127.0.0.1
                proxy-port: 0
                health-interval: 500ms
                close-spread: 500ms
                apps:
                  /app:
                    replicas: [%s]
                """.formatted(String.join(", ", replicas)));
    }

    private static String address(StreamlitProcess replica) {
        return "'127.0.0.1:" + replica.port() + "'";
    }

    private static boolean isOn(Tab tab, StreamlitProcess replica) {
        return text(tab, "port " + replica.port()).isVisible();
    }

    private static void count(Tab tab, int expected) {
        tab.page()
                .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Count"))
                .click();
        assertThat(text(tab, "Clicks: " + expected)).isVisible();
    }

    private static void toggle(Tab tab, String name) {
        text(tab, name).click();
    }

    private static Locator text(Tab tab, String text) {
        return tab.page().getByText(text, new Page.GetByTextOptions().setExact(true));
    }
}
