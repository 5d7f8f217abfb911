package org.streamlitgateway.it.channel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.options.AriaRole;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.it.browser.App;
import org.streamlitgateway.it.browser.Mount;
import org.streamlitgateway.it.browser.Stage;

/** The usage example of earlier WebSocket helpers runs as it stands: one socket for each session. */
@UnderAPrefix
class SeedDedicatedIT {
    /** Each message has a run of its own, and the machine may be busy. */
    private static final HasCountOptions ONE_BY_ONE = new HasCountOptions().setTimeout(60_000);

    static final FeedServer feed = FeedServer.start();

    @RegisterExtension
    static final Stage stage =
            new Stage(App.SEED_DEDICATED, feed.channels(), Map.of("FEED", feed.address(FeedServer.ECHO)));

    @Parameter
    Mount mount;

    @BeforeParameterizedClassInvocation
    static void open(Mount mount) throws Exception {
        feed.comeBack();
        stage.open(mount);
    }

    @AfterParameterizedClassInvocation
    static void close() throws Exception {
        stage.close();
        feed.goAway();
    }

    @Test
    void pingComesBackToItsOwnTabOnly() {
        Page one = stage.visit("").page();
        Page two = stage.visit("").page();
        Patience.until("each has its socket", () -> feed.sockets(FeedServer.ECHO) == 2);

        one.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                .click();

        assertEquals("{\"op\":\"ping\"}", feed.heard(FeedServer.ECHO).take());
        assertThat(one.getByTestId("stJson")).hasCount(1);
        assertThat(one.getByTestId("stJson")).containsText("ping");
        two.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ping"))
                .click();
        assertThat(two.getByTestId("stJson")).hasCount(1);
        assertThat(one.getByTestId("stJson")).hasCount(1);
    }

    @Test
    void burstIsFoldedWithoutALoss() throws Exception {
        Page page = stage.visit("").page();
        Patience.until("it has its socket", () -> feed.sockets(FeedServer.ECHO) == 1);

        feed.count(FeedServer.ECHO, 0, 10);

        assertThat(page.getByTestId("stJson")).hasCount(10, ONE_BY_ONE);
    }
}
