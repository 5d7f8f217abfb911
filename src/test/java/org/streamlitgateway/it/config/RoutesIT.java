package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.config.ConfiguredGateway.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.WarDeployment;

/** Several apps in one configuration: routing by path, the app list, and separation of cookies. */
class RoutesIT extends OnEveryCommandLine {
    @Test
    void longestMatchingPathOfWholeSegmentsWins() throws IOException {
        try (FakeStreamlit root = FakeStreamlit.start();
                FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start();
                ConfiguredGateway gateway =
                        ConfiguredGateway.start(war, folder, app("/", root) + app("/a", a) + app("/a/b", ab))) {
            StreamlitSessions.of("root", root);
            StreamlitSessions.of("a", a);
            StreamlitSessions.of("ab", ab);

            assertEquals("root", gateway.get("/name").text());
            assertEquals("a", gateway.get("/a/name").text());
            assertEquals("ab", gateway.get("/a/b/name").text());
            gateway.get("/ab/x");
            root.requests("/ab/x").take();
            gateway.get("/a/bc/x");
            a.requests("/bc/x").take();
        }
    }

    @Test
    void appListIsServedWhenNoAppIsAtRoot() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit down = FakeStreamlit.start()) {
            down.stop();
            String apps = app("/a", a) + "    name: Sales <1>\n    description: What was sold\n" + app("/down", down);
            try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, apps)) {
                Eventually.until(
                        "the list shows the app that is down",
                        () -> gateway.get("/").text().contains("Down"));

                String page = gateway.get("/").text();
                assertTrue(page.contains("href=\"/a/\"") && page.contains("Sales &lt;1&gt;"), page);
                assertTrue(page.contains("What was sold"), page);
                assertEquals(404, gateway.status("/_stcore/health"));
                assertEquals(404, gateway.status("/other"));
            }
        }
    }

    @Test
    void appListKeepsTheConfiguredOrderAndMissingPagesLinkToIt() throws IOException {
        try (FakeStreamlit z = FakeStreamlit.start();
                FakeStreamlit a = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/z", z) + app("/a", a))) {
            String list = gateway.open("/").text();
            assertTrue(list.indexOf("href=\"/z/\"") < list.indexOf("href=\"/a/\""), list);
            assertTrue(list.contains("http-equiv=\"refresh\""), list);

            assertLinksToList("./", gateway.open("/missing"));
            assertLinksToList("../../", gateway.open("/missing/deep/page"));
            assertEquals(
                    "There is no app at this address.\n",
                    gateway.get("/missing").text());
        }
    }

    private static void assertLinksToList(String link, RawResponse missing) {
        assertEquals(404, missing.status());
        assertTrue(missing.head().one("Content-Type").startsWith("text/html"), missing::toString);
        assertTrue(missing.text().contains("href=\"" + link + "\""), missing::text);
    }

    @Test
    void missingPageWithoutAListLinksNowhere() throws IOException {
        try (FakeStreamlit streamlit = FakeStreamlit.start();
                LaunchedProcess gateway = war.launch(
                        List.of(
                                "--streamlit-port",
                                Integer.toString(streamlit.port()),
                                "--proxy-host=127.0.0.1",
                                "--proxy-port=0",
                                "--context-path=/tools"),
                        Map.of());
                RawHttp client = RawHttp.connect(WarDeployment.readyAddress(gateway))) {
            RawResponse missing = client.get("/elsewhere", "Accept: text/html");

            assertEquals(404, missing.status());
            assertFalse(missing.text().contains("href"), missing::text);
        }
    }

    @Test
    void appAboveDoesNotAnswerForAppThatIsDown() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start();
                FakeStreamlit c = FakeStreamlit.start();
                ConfiguredGateway gateway =
                        ConfiguredGateway.start(war, folder, app("/a", a) + app("/a/b", ab) + app("/c", c))) {
            ab.stop();
            String page = "Referer: http://" + gateway.uri().getAuthority();

            for (String question : List.of("_stcore/health", "_stcore/host-config")) {
                assertTrue(gateway.status("/a/b/" + question, page + "/a/b/") >= 500);
                assertEquals(404, gateway.status("/a/" + question, page + "/a/b/"));
                assertEquals(404, gateway.status("/a/" + question, page + "/a/b/page2?x=/a/"));
                assertEquals(200, gateway.status("/a/" + question, page + "/a/"));
                assertEquals(200, gateway.status("/a/" + question, page + "/a/bc"));
                assertEquals(200, gateway.status("/a/" + question, page + "/c/"), "a sibling page may check");
                assertEquals(200, gateway.status("/a/" + question));
                assertEquals(200, gateway.status("/a/" + question, "Referer: http://other.example/a/b/"));
            }
        }
    }

    @Test
    void cookiesStayWithTheirApp() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", a) + app("/a/b", ab))) {
            for (FakeStreamlit app : List.of(a, ab)) {
                app.on(
                        "/login",
                        exchange -> exchange.reply(
                                "200 OK",
                                "",
                                "Set-Cookie: _streamlit_user=x; Path=/; HttpOnly",
                                "Set-Cookie: _streamlit_xsrf=t; Path=/"));
            }

            List<String> outer = gateway.get("/a/login").head().all("Set-Cookie");
            List<String> inner = gateway.get("/a/b/login").head().all("Set-Cookie");
            assertTrue(outer.contains("_streamlit_user=x; Path=/a; HttpOnly"), outer::toString);
            assertTrue(inner.contains("_streamlit_xsrf=t; Path=/"), inner::toString);
            String ownCookie = inner.stream()
                    .filter(c -> c.startsWith("_streamlit_user"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    ownCookie.endsWith("=x; Path=/a/b; HttpOnly") && !ownCookie.startsWith("_streamlit_user="),
                    ownCookie);

            String name = ownCookie.substring(0, ownCookie.indexOf('='));
            String all = "Cookie: " + name + "=inner; _streamlit_user=outer; _streamlit_xsrf=t; other=1";
            gateway.get("/a/b/see", all);
            HttpHead seen = ab.requests("/see").take().request();
            assertEquals("_streamlit_user=inner; _streamlit_xsrf=t; other=1", seen.one("Cookie"));
            gateway.get("/a/b/see", "Cookie: _streamlit_user=outer");
            assertEquals(List.of(), ab.requests("/see").take().request().all("Cookie"));
        }
    }

    /** Streamlit sets some of its cookies at the root path even when its base path is configured. */
    @Test
    void cookiesOfAppWithBasePathStayWithIt() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                ConfiguredGateway gateway =
                        ConfiguredGateway.start(war, folder, app("/a", a) + "    strip-prefix: no\n")) {
            a.on("/a/login", exchange -> exchange.reply("200 OK", "", "Set-Cookie: _streamlit_session=x; Path=/"));

            List<String> cookies = gateway.get("/a/login").head().all("Set-Cookie");
            assertTrue(cookies.contains("_streamlit_session=x; Path=/a"), cookies::toString);
        }
    }
}
