package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.FakeStreamlitCommand;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.Door;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDoor;

/** {@code --config gateway.yaml}: routes, replicas, apps of our own, and changes while sessions are open. */
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@MethodSource("commandLines")
@Timeout(240)
class ManyAppsIT {
    private static final int SESSIONS = 200;
    private static final Duration START = Duration.ofSeconds(60);
    private static final String COOKIE = "streamlit_gateway_replica";

    private static final String QUICK = """
            proxy-host: 127.0.0.1
            proxy-port: 0
            health-interval: 500ms
            health-timeout: 20s
            connect-timeout: 20s
            sticky-key: 0123456789abcdef0123456789
            ping-interval: 5s
            """;

    @Parameter
    private WarDoor war;

    @TempDir
    private Path folder;

    private LaunchedProcess gateway;
    private URI uri;

    static Stream<Door> commandLines() {
        return Door.all().filter(WarDoor.class::isInstance);
    }

    @AfterEach
    void stop() throws IOException {
        if (gateway != null) {
            gateway.close();
            Files.createDirectories(Path.of("target/gateway-logs"));
            Files.writeString(Path.of("target/gateway-logs/ManyAppsIT.log"), gateway.output());
        }
    }

    private Path file() {
        return folder.resolve("gateway.yaml");
    }

    private void start(String apps) throws IOException {
        Files.writeString(file(), QUICK + "apps:\n" + apps);
        gateway = war.launch(List.of("--config", file().toString()), Map.of());
        uri = WarDoor.readyAddress(gateway);
    }

    private void edit(String apps) throws IOException {
        Files.writeString(file(), QUICK + "apps:\n" + apps);
    }

    private RawResponse get(String target, String... lines) throws IOException {
        try (RawHttp http = RawHttp.connect(uri)) {
            return http.get(target, lines);
        }
    }

    private int status(String target, String... lines) {
        try {
            return get(target, lines).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String app(String path, FakeStreamlit... replicas) {
        StringBuilder text = new StringBuilder("  " + path + ":\n    replicas:\n");
        for (FakeStreamlit replica : replicas) {
            text.append("      - 127.0.0.1:").append(replica.port()).append('\n');
        }
        return text.toString();
    }

    // --- routes

    @Test
    void theLongestPathWinsBySegments() throws IOException {
        try (FakeStreamlit root = FakeStreamlit.start();
                FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start()) {
            StreamlitSessions.of("root", root);
            StreamlitSessions.of("a", a);
            StreamlitSessions.of("ab", ab);
            start(app("/", root) + app("/a", a) + app("/a/b", ab));

            assertEquals("root", get("/name").text());
            assertEquals("a", get("/a/name").text());
            assertEquals("ab", get("/a/b/name").text());
            get("/ab/x");
            root.requests("/ab/x").take();
            get("/a/bc/x");
            a.requests("/bc/x").take();
        }
    }

    @Test
    void whereNoAppIsAtTheRootTheAppsAreListed() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit down = FakeStreamlit.start()) {
            down.goAway();
            start(app("/a", a) + "    name: Sales <1>\n    description: What was sold\n" + app("/down", down));
            Patience.until("the list says what is down", () -> {
                try {
                    return get("/").text().contains("not up");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            String page = get("/").text();
            assertTrue(page.contains("href=\"/a/\"") && page.contains("Sales &lt;1&gt;"), page);
            assertTrue(page.contains("What was sold"), page);
            assertEquals(404, get("/_stcore/health").status());
            assertEquals(404, get("/other").status());
        }
    }

    @Test
    void aPageWhoseAppIsDownIsNotAnsweredByTheAppAbove() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start()) {
            ab.goAway();
            start(app("/a", a) + app("/a/b", ab));
            String page = "Referer: http://" + uri.getAuthority();

            for (String question : List.of("_stcore/health", "_stcore/host-config")) {
                assertTrue(get("/a/b/" + question, page + "/a/b/").status() >= 500);
                assertEquals(404, get("/a/" + question, page + "/a/b/").status());
                assertEquals(
                        404, get("/a/" + question, page + "/a/b/page2?x=/a/").status());
                assertEquals(200, get("/a/" + question, page + "/a/").status());
                assertEquals(200, get("/a/" + question, page + "/a/bc").status());
                assertEquals(200, get("/a/" + question).status());
                assertEquals(
                        200,
                        get("/a/" + question, "Referer: http://other.example/a/b/")
                                .status());
            }
        }
    }

    @Test
    void cookiesOfAnAppStayWithIt() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                FakeStreamlit ab = FakeStreamlit.start()) {
            for (FakeStreamlit app : List.of(a, ab)) {
                app.on(
                        "/login",
                        exchange -> exchange.reply(
                                "200 OK",
                                "",
                                "Set-Cookie: _streamlit_user=x; Path=/; HttpOnly",
                                "Set-Cookie: _streamlit_xsrf=t; Path=/"));
            }
            start(app("/a", a) + app("/a/b", ab));

            List<String> outer = get("/a/login").head().all("Set-Cookie");
            List<String> inner = get("/a/b/login").head().all("Set-Cookie");
            assertTrue(outer.contains("_streamlit_user=x; Path=/a; HttpOnly"), outer::toString);
            assertTrue(inner.contains("_streamlit_xsrf=t; Path=/"), inner::toString);
            String own = inner.stream()
                    .filter(c -> c.startsWith("_streamlit_user"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(own.endsWith("=x; Path=/a/b; HttpOnly") && !own.startsWith("_streamlit_user="), own);

            String name = own.substring(0, own.indexOf('='));
            String all = "Cookie: " + name + "=inner; _streamlit_user=outer; _streamlit_xsrf=t; other=1";
            get("/a/b/see", all);
            HttpHead seen = ab.requests("/see").take().request();
            assertEquals("_streamlit_user=inner; _streamlit_xsrf=t; other=1", seen.one("Cookie"));
            get("/a/b/see", "Cookie: _streamlit_user=outer");
            assertEquals(List.of(), ab.requests("/see").take().request().all("Cookie"));
        }
    }

    // --- replicas

    @Test
    void aVisitorStaysOnAReplicaWithACookieThatStreamlitNeverSees() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit three = FakeStreamlit.start()) {
            StreamlitSessions.of("one", one);
            StreamlitSessions.of("two", two);
            StreamlitSessions.of("three", three);
            start(app("/a", one, two, three));

            Set<String> met = new TreeSet<>();
            for (int visitor = 0; visitor < 6; visitor++) {
                RawResponse first = get("/a/name", "Accept: text/html");
                String set = first.head().all("Set-Cookie").stream()
                        .filter(c -> c.startsWith(COOKIE))
                        .findFirst()
                        .orElseThrow();
                assertTrue(set.matches(COOKIE + "=[A-Za-z0-9_-]{48}; Path=/a; HttpOnly; SameSite=Lax"), set);
                String pair = set.substring(0, set.indexOf(';'));
                met.add(first.text());
                for (int i = 0; i < 3; i++) {
                    RawResponse again = get("/a/name", "Cookie: x=1; " + pair);
                    assertEquals(first.text(), again.text());
                    assertEquals(List.of(), again.head().all("Set-Cookie"));
                }
            }
            assertEquals(Set.of("one", "three", "two"), met);
            get("/a/see", "Cookie: x=1; " + COOKIE + "=forged");
            long seen = Stream.of(one, two, three)
                    .filter(replica -> replica.requests("/see").size() == 1
                            && replica.requests("/see")
                                    .take()
                                    .request()
                                    .one("Cookie")
                                    .equals("x=1"))
                    .count();
            assertEquals(1, seen);
            assertEquals(List.of(), get("/a/static/js/index.js").head().all("Set-Cookie"));
        }
    }

    @Test
    void whatHappensToTwoHundredSessions() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit three = FakeStreamlit.start();
                FakeStreamlit other = FakeStreamlit.start()) {
            StreamlitSessions first = StreamlitSessions.of("one", one);
            StreamlitSessions second = StreamlitSessions.of("two", two);
            StreamlitSessions third = StreamlitSessions.of("three", three);
            start(app("/a", one, two, three));
            try (LiveSessions visitors = new LiveSessions(uri.resolve("/a/")).open(SESSIONS)) {
                int most = IntStream.of(first.open(), second.open(), third.open())
                        .max()
                        .orElseThrow();
                int least = IntStream.of(first.open(), second.open(), third.open())
                        .min()
                        .orElseThrow();
                System.out.println("spread over replicas: " + least + " to " + most);
                assertTrue(most - least <= SESSIONS / 10, () -> least + " to " + most);
                assertEquals(List.of(), visitors.uploadToEach());

                // 1. another app comes, and a bad edit
                edit(app("/a", one, two, three) + app("/other", other));
                Patience.until(gateway::output, START, () -> status("/other/_stcore/health") == 200);
                edit("  /a:\n    replcas: x\n");
                gateway.awaitLine("did you mean replicas?");
                gateway.awaitLine("nothing was changed");
                System.out.println("after a reload and a bad edit: " + visitors);
                assertEquals(0, visitors.closed());
                assertEquals(200, status("/other/_stcore/health"));

                // 2. a replica drains
                edit(app("/a", one, two) + "      - {address: 127.0.0.1:" + three.port() + ", drain: yes}\n");
                gateway.awaitLine("drains");
                int before = third.made();
                for (int i = 0; i < 20; i++) {
                    assertFalse(get("/a/name", "Accept: text/html").text().equals("three"));
                }
                System.out.println("while a replica drains: " + visitors);
                assertEquals(0, visitors.closed());
                assertEquals(before, third.made());
                assertEquals(List.of(), visitors.uploadToEach());

                // 3. it is taken out: its sessions start anew elsewhere, all others go on
                int moved = third.open();
                edit(app("/a", one, two));
                Patience.until(visitors::toString, START, () -> visitors.closed() == moved);
                visitors.awaitConnected();
                System.out.println("after it was taken out: " + visitors);
                assertEquals(Map.of(1012, moved), visitors.closings());
                assertEquals(moved, visitors.lost());

                // 4. a replica dies
                int dying = first.open();
                one.goAway();
                Patience.until(visitors::toString, START, () -> visitors.closed() == moved + dying);
                visitors.awaitConnected();
                System.out.println("after a replica's death: " + visitors);
                assertEquals(moved + dying, visitors.lost());
                assertEquals(SESSIONS, second.open());
                assertEquals(List.of(), visitors.uploadToEach());
                gateway.awaitLine("is down");

                // 5. it comes back
                one.comeBack();
                gateway.awaitLine("is up");
                Patience.until("new visitors go there", () -> {
                    try {
                        return get("/a/name", "Accept: text/html").text().equals("one");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }

    @Test
    void hangupReadsTheFileAgain() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start()) {
            start(app("/a", a));
            assertTrue(gateway.isAlive());
            new ProcessBuilder("kill", "-HUP", Long.toString(gateway.pid()))
                    .start()
                    .onExit()
                    .join();
            gateway.awaitLine("is in force");
            assertEquals(200, status("/a/_stcore/health"));
        }
    }

    // --- apps of our own

    @Test
    void anAppIsStartedByItsFirstVisitorAndStoppedWhenNobodyNeedsIt() throws IOException {
        Path command = FakeStreamlitCommand.install(folder);
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        start("  /own: {app: app.py, command: " + command
                + ", processes: 2, idle-stop: 2s, environment: {MODE: test}}\n" + "  /more: {app: app.py, command: "
                + command + "}\n");
        assertFalse(gateway.output().contains(FakeStreamlitCommand.STARTED), gateway::output);
        assertTrue(get("/").text().contains("starts on a visit"));

        RawResponse waiting = get("/own/", "Accept: text/html");
        WaitingPage.assertShown(503, waiting);
        assertTrue(waiting.text().contains("being started"), waiting::text);
        Patience.until(gateway::output, START, () -> status("/own/_stcore/health") == 200);
        assertEquals(200, status("/own/", "Accept: text/html"));

        gateway.awaitLine("nobody has used it");
        Patience.until("it sleeps", () -> {
            try {
                return get("/").text().split("starts on a visit", -1).length == 3;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Patience.until(gateway::output, START, () -> status("/own/_stcore/health") == 200);
    }

    @Test
    void anAppThatDoesNotStartIsGivenUpAndSaysSo() throws IOException {
        Path broken = FakeStreamlitCommand.script(folder.resolve("broken"), "echo 'no module named x'; exit 1");
        Files.writeString(folder.resolve("app.py"), "import streamlit");
        start("  /own: {app: app.py, command: " + broken + "}\n");

        Patience.until(gateway::output, START, () -> {
            try {
                return get("/own/", "Accept: text/html").text().contains("could not be started");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        gateway.awaitLine("no module named x");
        assertEquals(503, status("/own/_stcore/health"));
    }
}
