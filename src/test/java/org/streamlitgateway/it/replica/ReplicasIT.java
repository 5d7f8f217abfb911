package org.streamlitgateway.it.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.streamlitgateway.it.config.ConfiguredGateway.COOKIE;
import static org.streamlitgateway.it.config.ConfiguredGateway.app;
import static org.streamlitgateway.it.config.ConfiguredGateway.draining;
import static org.streamlitgateway.it.config.ConfiguredGateway.stickyPair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.StreamlitMessages;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.config.ConfiguredGateway;

/** Several replicas of one app: assignment, stickiness, drains, failover and configuration changes. */
class ReplicasIT extends OnEveryCommandLine {
    private static final int VISITORS = 10;

    @Test
    void visitorStaysOnReplicaByCookieHiddenFromStreamlit() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit three = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one, two, three))) {
            StreamlitSessions.of("one", one);
            StreamlitSessions.of("two", two);
            StreamlitSessions.of("three", three);

            Set<String> replicasSeen = new TreeSet<>();
            for (int visitor = 0; visitor < 6; visitor++) {
                RawResponse first = gateway.open("/a/name");
                String set = first.head().all("Set-Cookie").stream()
                        .filter(c -> c.startsWith(COOKIE))
                        .findFirst()
                        .orElseThrow();
                assertTrue(set.matches(COOKIE + "=[A-Za-z0-9_-]{48}; Path=/a; HttpOnly; SameSite=Lax"), set);
                replicasSeen.add(first.text());
                for (int i = 0; i < 3; i++) {
                    RawResponse again = gateway.get("/a/name", "Cookie: x=1; " + stickyPair(first));
                    assertEquals(first.text(), again.text());
                    assertEquals(List.of(), again.head().all("Set-Cookie"));
                }
            }
            assertEquals(Set.of("one", "three", "two"), replicasSeen);
            gateway.get("/a/see", "Cookie: x=1; " + COOKIE + "=forged");
            long seen = Stream.of(one, two, three)
                    .filter(replica -> replica.requests("/see").size() == 1
                            && replica.requests("/see")
                                    .take()
                                    .request()
                                    .one("Cookie")
                                    .equals("x=1"))
                    .count();
            assertEquals(1, seen);
            assertEquals(List.of(), gateway.get("/a/static/js/index.js").head().all("Set-Cookie"));
        }
    }

    @Test
    void uploadReachesReplicaOfItsSessionWithoutCookie() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit three = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one, two, three))) {
            List<FakeStreamlit> replicas = List.of(one, two, three);
            for (FakeStreamlit replica : replicas) {
                String id = "session-at-" + replica.port();
                replica.on("/_stcore/stream", exchange -> {
                    FrameSocket frames = exchange.acceptWebSocket();
                    frames.send(Frame.binary(StreamlitMessages.newSession(id)));
                    exchange.awaitEnd();
                });
                replica.on("/_stcore/upload_file/" + id + "/1", exchange -> exchange.reply("204 No Content", ""));
            }
            for (int i = 0; i < replicas.size(); i++) {
                try (RawWebSocket socket = RawWebSocket.open(gateway.uri(), "/a/_stcore/stream")) {
                    byte[] message = socket.frames().nextMessage().payload();
                    FakeStreamlit holder = replicas.stream()
                            .filter(replica -> new String(message, StandardCharsets.ISO_8859_1)
                                    .contains("session-at-" + replica.port()))
                            .findFirst()
                            .orElseThrow();
                    String upload = "/_stcore/upload_file/session-at-" + holder.port() + "/1";

                    for (int again = 0; again < 4; again++) {
                        assertEquals(204, put(gateway, "/a" + upload));
                        holder.requests(upload).take();
                    }
                }
            }
        }
    }

    private static int put(ConfiguredGateway gateway, String target) throws IOException {
        try (RawHttp http = RawHttp.connect(gateway.uri())) {
            return http.exchangeBody("PUT", target, new byte[] {1}).status();
        }
    }

    @Test
    void cookieIsValidOnlyInGatewaysWithSameKey() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                FakeStreamlit three = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one, two, three));
                ConfiguredGateway same = ConfiguredGateway.start(
                        war, Files.createDirectory(folder.resolve("same")), app("/a", three, two, one))) {
            StreamlitSessions.of("one", one);
            StreamlitSessions.of("two", two);
            StreamlitSessions.of("three", three);

            for (int visitor = 0; visitor < VISITORS; visitor++) {
                RawResponse first = gateway.open("/a/name");
                RawResponse elsewhere = same.get("/a/name", "Cookie: " + stickyPair(first));
                assertEquals(first.text(), elsewhere.text());
                assertEquals(List.of(), elsewhere.head().all("Set-Cookie"));
                String forged = stickyPair(first).replaceAll(".$", "_");
                assertNotEquals(
                        List.of(),
                        same.get("/a/name", "Cookie: " + forged + "x").head().all("Set-Cookie"));
            }
        }
    }

    @Test
    void unreachableReplicaFailsNoRequest() throws IOException {
        try (FakeStreamlit live = FakeStreamlit.start();
                FakeStreamlit missing = FakeStreamlit.start();
                FakeStreamlit stopped = FakeStreamlit.start()) {
            missing.stop();
            stopped.stop();
            try (ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", missing, live, stopped))) {
                StreamlitSessions.of("live", live);
                for (int visitor = 0; visitor < VISITORS; visitor++) {
                    assertEquals("live", gateway.open("/a/name").text());
                    try (RawWebSocket socket = RawWebSocket.open(
                            gateway.uri(), "/a/_stcore/stream", "Sec-WebSocket-Protocol: streamlit")) {
                        socket.frames().nextMessage();
                    }
                }
                live.stop();
                assertTrue(gateway.status("/a/name") >= 500, "the replica is no longer tried");
            }
        }
    }

    @Test
    void sessionStaysOnReplicaThatReportsUnhealthy() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one, two));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions first = StreamlitSessions.of("one", one);
            StreamlitSessions second = StreamlitSessions.of("two", two);
            visitors.open(VISITORS);
            assertTrue(first.open() > 0 && second.open() > 0, visitors::toString);
            String disconnected = visitorsOf(gateway, "one").get(0); // a visitor whose socket is not open at the moment

            one.on("/_stcore/health", exchange -> exchange.reply("503 Service Unavailable", "unavailable"));
            gateway.awaitLine("is down");

            assertEquals(List.of(), visitors.uploadToEach());
            assertEquals(0, visitors.closed());
            assertEquals("one", gateway.get("/a/name", disconnected).text());
            for (int i = 0; i < VISITORS; i++) {
                assertEquals("two", gateway.open("/a/name").text());
            }
        }
    }

    @Test
    void sessionsMovePermanentlyWhenDrainTimesOut() throws IOException {
        String quick = "drain-timeout: 2s\n";
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, quick, app("/a", one, two));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions first = StreamlitSessions.of("one", one);
            StreamlitSessions second = StreamlitSessions.of("two", two);
            visitors.open(VISITORS);
            int moved = second.open();
            assertTrue(moved > 0, visitors::toString);

            gateway.edit(quick, app("/a", one) + draining(two));

            gateway.awaitLine("drain-timeout reached");
            gateway.awaitLine("is drained, no sessions remaining");
            Eventually.until(visitors::toString, ConfiguredGateway.LONG, () -> first.open() == VISITORS);
            visitors.awaitConnected();
            assertEquals(moved, visitors.lost());
            Eventually.until(visitors::toString, ConfiguredGateway.LONG, () -> second.open() == 0);
            assertEquals(List.of(), visitors.uploadToEach());
        }
    }

    /** Streamlit answers with its page where an asset is missing, so the tab's script would not load. */
    @Test
    void missingAssetIsFetchedFromOtherReplicaThenCached() throws IOException {
        String old = "/static/js/index.0ldc0ffee.js";
        String newer = "/static/js/index.newc0ffee.js";
        try (FakeStreamlit upgraded = FakeStreamlit.start();
                FakeStreamlit before = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", upgraded, before))) {
            StreamlitSessions.of("upgraded", upgraded);
            StreamlitSessions.of("before", before);
            hasAsset(before, old);
            hasAsset(upgraded, newer);

            for (String onUpgraded : visitorsOf(gateway, "upgraded")) {
                assertEquals("js", gateway.get("/a" + old, onUpgraded).text());
            }
            for (String onOld : visitorsOf(gateway, "before")) {
                assertEquals("js", gateway.get("/a" + newer, onOld).text());
            }
            assertTrue(
                    gateway.get("/a/static/js/none.c0ffee00.js").text().startsWith("<!DOCTYPE"), "no replica has it");

            gateway.edit(app("/a", upgraded));
            gateway.awaitLine("configuration reloaded");
            before.stop();
            assertEquals("js", gateway.get("/a" + old).text());
        }
    }

    private static void hasAsset(FakeStreamlit replica, String path) {
        replica.on(
                path,
                exchange -> exchange.reply(
                        "200 OK",
                        "js",
                        "content-type: text/javascript",
                        "cache-control: public, immutable, max-age=31536000"));
    }

    private static List<String> visitorsOf(ConfiguredGateway gateway, String replica) {
        List<String> cookies = Stream.generate(() -> gateway.open("/a/name"))
                .limit(VISITORS)
                .filter(answer -> answer.text().equals(replica))
                .map(answer -> "Cookie: " + stickyPair(answer))
                .toList();
        assertFalse(cookies.isEmpty());
        return cookies;
    }

    @Test
    void deadReplicaIsAvoidedUntilItReturns() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit two = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one, two));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions first = StreamlitSessions.of("one", one);
            StreamlitSessions second = StreamlitSessions.of("two", two);
            visitors.open(VISITORS);
            int killed = first.open();

            one.stop();

            Eventually.until(visitors::toString, ConfiguredGateway.LONG, () -> visitors.lost() == killed);
            visitors.awaitConnected();
            assertEquals(VISITORS, second.open());
            assertEquals(List.of(), visitors.uploadToEach());
            gateway.awaitLine("is down");

            one.restart();
            gateway.awaitLine("is up");
            Eventually.until(
                    "new visitors are assigned to it",
                    () -> gateway.open("/a/name").text().equals("one"));
            assertEquals(killed, visitors.closed(), "the others stay");
        }
    }

    @Test
    void invalidConfigurationIsRejectedWithReasons() throws IOException {
        try (FakeStreamlit one = FakeStreamlit.start();
                FakeStreamlit other = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", one));
                LiveSessions visitors = new LiveSessions(gateway.uri().resolve("/a/"))) {
            StreamlitSessions.of("one", one);
            visitors.open(VISITORS);

            gateway.edit("  /a:\n    replcas: x\n  /b: {replicas: nowhere}\n");

            gateway.awaitLine("apps./a.replcas: no such setting of an app, did you mean replicas?");
            gateway.awaitLine("apps./b.replicas: 'nowhere' is not an address");
            gateway.awaitLine("keeping the current configuration");
            assertEquals("one", gateway.get("/a/name").text());
            assertEquals(404, gateway.status("/b/"));

            gateway.edit(app("/a", one) + app("/b", other));
            gateway.awaitLine("configuration reloaded");
            assertEquals(200, gateway.status("/b/_stcore/health"));
            assertEquals(0, visitors.closed());
            assertEquals(List.of(), visitors.uploadToEach());
        }
    }

    @Test
    void sighupReloadsConfiguration() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", a))) {
            assertFalse(gateway.output().contains("configuration reloaded"));
            new ProcessBuilder("kill", "-HUP", Long.toString(gateway.pid()))
                    .start()
                    .onExit()
                    .join();
            gateway.awaitLine("configuration reloaded");
            assertEquals(200, gateway.status("/a/_stcore/health"));
        }
    }

    @Test
    void settingsThatNeedRestartAreLogged() throws IOException {
        try (FakeStreamlit a = FakeStreamlit.start();
                ConfiguredGateway gateway = ConfiguredGateway.start(war, folder, app("/a", a))) {
            gateway.edit("asset-cache: 1M\nlog-level: DEBUG\n", app("/a", a));

            gateway.awaitLine("changes of asset-cache take effect at the next start");
            gateway.awaitLine("configuration reloaded");
            assertEquals(200, gateway.status("/a/_stcore/health"));
            gateway.awaitLine("DEBUG");
        }
    }
}
