package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.browser.App;

/** Tabs, and the number of feed connections that each of them causes. */
@EachPrefixedPlacement
class TabsIT extends InBrowserWithFeeds {
    TabsIT() {
        super(App.CHANNELS);
    }

    /** Far less than a dedicated connection would wait for a tab that only lost its network. */
    private static final Duration AT_ONCE = Duration.ofSeconds(8);

    @Test
    void closedTabReleasesFeedConnectionAtOnce() {
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");
        assertEquals(1, feed.sockets(FeedServer.ECHO));

        page.close(new Page.CloseOptions().setRunBeforeUnload(true));

        Eventually.until(() -> "the feed has no connection", AT_ONCE, () -> feed.sockets(FeedServer.ECHO) == 0);
    }

    @Test
    void tabThatNavigatesAwayReleasesFeedConnectionAtOnce() {
        Page page = browser.visit("send").page();
        Facts.awaitOpen(page, "send");

        page.navigate("about:blank");

        Eventually.until(() -> "the feed has no connection", AT_ONCE, () -> feed.sockets(FeedServer.ECHO) == 0);
    }

    @Test
    void tabsOfDedicatedChannelReceiveOnlyTheirOwn() {
        Page one = browser.visit("send").page();
        Page two = browser.visit("send").page();
        Facts.awaitOpen(one, "send");
        Facts.awaitOpen(two, "send");
        assertEquals(2, feed.sockets(FeedServer.ECHO));

        one.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send text"))
                .click();
        Facts.await(one, "send", facts -> facts.number("count") == 1);
        two.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send from a callback"))
                .click();
        Facts.await(two, "send", facts -> facts.number("count") == 1);

        assertEquals(List.of("not JSON"), Facts.now(one, "send").list("back"));
        assertEquals(List.of(Map.of("op", "callback")), Facts.now(two, "send").list("back"));
    }

    @Test
    void fiftyTabsOfSharedChannelUseOneFeedConnection() throws Exception {
        int realTabs = 3;
        List<Page> pages = new ArrayList<>();
        List<RawWebSocket> others = new ArrayList<>();
        try {
            for (int i = 0; i < realTabs; i++) {
                pages.add(browser.visit("").page());
            }
            for (int i = realTabs; i < 50; i++) {
                RawWebSocket other = RawWebSocket.open(
                        browser.uri(),
                        browser.uri().getPath() + "_gateway/channels/prices?client=tab" + i,
                        "Sec-WebSocket-Protocol: gateway.channel.v1");
                others.add(other);
                assertTrue(other.frames().nextData().asText().contains("\"hello\""));
            }
            pages.forEach(page -> Facts.awaitOpen(page, "burst"));

            feed.count(FeedServer.PRICES, 0, 20);

            pages.forEach(page -> Facts.await(page, "burst", facts -> facts.sawAll(20)));
            for (RawWebSocket other : others) {
                for (int n = 0; n < 20; n++) {
                    String message = nextMessage(other);
                    assertTrue(message.contains("{\"n\":" + n + ","), message);
                }
            }
            assertEquals(1, feed.sockets(FeedServer.PRICES));
        } finally {
            for (RawWebSocket other : others) {
                other.close();
            }
        }
    }

    private static String nextMessage(RawWebSocket socket) throws IOException {
        Frame frame = socket.frames().nextData();
        while (!frame.asText().contains("\"type\":\"message\"")) {
            frame = socket.frames().nextData();
        }
        return frame.asText();
    }
}
