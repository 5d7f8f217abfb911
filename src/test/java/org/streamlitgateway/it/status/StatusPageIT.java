package org.streamlitgateway.it.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.OnEveryDeployment;

/** Who sees the status page, what it shows, and its actions. The test is a trusted proxy and names the users. */
class StatusPageIT extends OnEveryDeployment {
    private static final String ADMIN = "X-Forwarded-User: ada";
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([A-Za-z0-9_-]{43})\"");
    private static final int SOCKETS = 20;

    private StreamlitSessions sessions;

    @Override
    protected String[] options() {
        return new String[] {
            "admins", "ada", "trusted-proxies", "127.0.0.1", "page-title", "Acme apps", "close-spread", "0s"
        };
    }

    @BeforeEach
    void streamlitHasSessions() {
        sessions = StreamlitSessions.of("fake", fixture.upstream());
    }

    private RawResponse get(String path, String... fieldLines) throws IOException {
        try (RawHttp http = fixture.http()) {
            return http.get(target(path), fieldLines);
        }
    }

    /** The page is at the root of the deployment; an embedded gateway's is not below the context path of its app. */
    private String target(String path) {
        return deployment.embedded() ? path : fixture.target(path);
    }

    private String token() throws IOException {
        Matcher token = TOKEN.matcher(get("/_gateway/status", ADMIN).text());
        assertTrue(token.find(), "a form with a token");
        return token.group(1);
    }

    private RawResponse post(String action, String fields, String... fieldLines) throws IOException {
        List<String> lines = new ArrayList<>(List.of(fieldLines));
        lines.add("Content-Type: application/x-www-form-urlencoded");
        try (RawHttp http = fixture.http()) {
            return http.exchangeBody(
                    "POST",
                    target("/_gateway/status/" + action),
                    fields.getBytes(StandardCharsets.UTF_8),
                    lines.toArray(String[]::new));
        }
    }

    private RawResponse act(String action, String fields) throws IOException {
        RawResponse answer = post(
                action,
                fields + "&token=" + token(),
                ADMIN,
                "Origin: http://" + fixture.uri().getAuthority(),
                "Sec-Fetch-Site: same-origin");
        assertEquals(303, answer.status(), answer::toString);
        assertTrue(answer.head().one("Location").startsWith("../status?done="), answer::toString);
        return answer;
    }

    private Map<String, Object> json() throws IOException {
        return JSON.std.mapFrom(get("/_gateway/status.json", ADMIN).text());
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> listed(String name) throws IOException {
        return (List<Map<String, Object>>) json().get(name);
    }

    private RawWebSocket open(String user, String... fieldLines) throws IOException {
        List<String> lines = new ArrayList<>(List.of(fieldLines));
        lines.add("X-Forwarded-User: " + user);
        lines.add("X-Forwarded-For: 203.0.113.5");
        RawWebSocket socket = fixture.open("status", lines.toArray(String[]::new));
        socket.frames().nextMessage();
        return socket;
    }

    private void awaitListed(int count) {
        Eventually.until(count + " sessions are listed", () -> {
            try {
                return listed("sessions").size() == count;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void pageAndJsonShowOpenSessions() throws IOException {
        try (RawWebSocket socket = open("<b>eve</b>")) {
            awaitListed(1);
            Map<String, Object> session = listed("sessions").get(0);
            RawResponse page = get("/_gateway/status", ADMIN, "Accept: text/html");

            assertEquals(1, json().get("version"));
            assertEquals("<b>eve</b>", session.get("user"));
            assertEquals("203.0.113.5", session.get("client"));
            assertTrue(page.text().contains("&lt;b&gt;eve&lt;/b&gt;"), page::text);
            assertTrue(page.text().contains("Acme apps"), page::text);
            assertTrue(page.text().contains((String) session.get("id")), page::text);
            assertFalse(page.text().contains("fake-0-"), "Streamlit's id of the session is a secret");
            assertFalse(get("/_gateway/status.json", ADMIN).text().contains("fake-0-"));
            String policy = page.head().one("Content-Security-Policy");
            assertTrue(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), policy);
            assertTrue(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), policy);
            assertEquals("no-store", page.head().one("Cache-Control"));
            RawResponse preferred = get("/_gateway/status", ADMIN, "Accept: application/json");
            assertEquals("application/json", preferred.head().one("Content-Type"));
            RawResponse other = get("/_gateway/status?user=nobody", ADMIN);
            assertTrue(other.text().contains("No open session matches."), other::text);
            socket.frames();
        }
        awaitListed(0);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For: 203.0.113.9, X-A: b, 404",
        "X-Forwarded-For: 203.0.113.9, X-Forwarded-User: bob, 403",
        "X-Forwarded-For: 203.0.113.9, X-Forwarded-User: ada, 200",
        "X-Forwarded-For: 203.0.113.9, X-Forwarded-Host: localhost, 404",
        "X-Forwarded-Host: apps.example, X-A: b, 404",
        "X-A: b, X-C: d, 200",
    })
    void onlyAdminsAndThisMachineSeeThePage(String field, String other, int status) throws IOException {
        assertEquals(status, get("/_gateway/status", field, other).status());
        assertEquals(status, get("/_gateway/status.json", field, other).status());
        int action = post("reload", "", field, other).status();
        assertEquals(status == 200 ? 403 : status, action);
    }

    @Test
    void formOfAnotherSiteIsRefused() throws IOException {
        try (RawWebSocket socket = open("carol")) {
            String fields = "user=carol&token=";
            String token = token();

            assertEquals(403, post("end-user", fields, ADMIN).status());
            assertEquals(403, post("end-user", fields + "x".repeat(43), ADMIN).status());
            assertEquals(403, post("end-user", fields + token, "X-A: b").status(), "the token of another admin");
            assertEquals(
                    403,
                    post("end-user", fields + token, ADMIN, "Origin: https://evil.example")
                            .status());
            assertEquals(
                    403,
                    post("end-user", fields + token, ADMIN, "Sec-Fetch-Site: cross-site")
                            .status());
            assertEquals(
                    405,
                    get("/_gateway/status/end-user?" + fields + token, ADMIN).status());
            assertEquals(404, post("explode", fields + token, ADMIN).status());
            assertEquals(400, post("end-user", "a".repeat(9000), ADMIN).status());
            assertEquals(1, listed("sessions").size());
            socket.frames();
        }
    }

    @Test
    void endUserClosesAllSocketsOfTheUserWithinASecond() throws IOException {
        List<RawWebSocket> sockets = new ArrayList<>();
        List<Recorder<Closing>> closings = new ArrayList<>();
        try (RawWebSocket other = open("eve")) {
            for (int i = 0; i < SOCKETS; i++) {
                RawWebSocket socket = open("bob");
                sockets.add(socket);
                closings.add(socket.answerInBackground());
            }
            awaitListed(SOCKETS + 1);

            act("end-user", "user=bob");

            for (Recorder<Closing> closing : closings) {
                assertEquals(1008, closing.take(Duration.ofSeconds(1)).code());
            }
            awaitListed(1);
            assertEquals("eve", listed("sessions").get(0).get("user"));
            String result = SOCKETS + " sessions and 0 subscriptions of bob are ended";
            assertTrue(get("/_gateway/status", ADMIN).text().contains(result), "the latest actions are listed");
            if (deployment.embedded()) { // a container has its own logging
                String line = "ada from 127.0.0.1: end-user user=bob: done: " + result;
                Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> fixture.gateway()
                        .log()
                        .contains(line));
            }
            other.frames();
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void endedSessionCannotBeResumed() throws IOException {
        String protocol = "Sec-WebSocket-Protocol: streamlit, token";
        try (RawWebSocket first = fixture.open("status", protocol)) {
            String id = id(first);
            awaitListed(1);
            Recorder<Closing> closing = first.answerInBackground();

            act("end", "session=" + listed("sessions").get(0).get("id"));

            assertEquals(1008, closing.take().code());
            try (RawWebSocket again = fixture.open("status", protocol + ", " + id)) {
                assertFalse(id(again).equals(id), "Streamlit has not been asked to resume it");
            }
        }
    }

    private static String id(RawWebSocket socket) throws IOException {
        String message = new String(socket.frames().nextMessage().payload(), StandardCharsets.ISO_8859_1);
        Matcher id = Pattern.compile("fake-\\d+-\\d+").matcher(message);
        assertTrue(id.find(), message);
        return id.group();
    }

    @Test
    void stoppedAppShowsTheMessageUntilItIsResumed() throws IOException {
        String app = URLEncoder.encode((String) listed("apps").get(0).get("path"), StandardCharsets.UTF_8);
        try (RawWebSocket socket = open("dora")) {
            Recorder<Closing> closing = socket.answerInBackground();

            act("stop", "app=" + app + "&message=Back+at+%3Cnoon%3E");

            assertEquals(1012, closing.take().code());
        }
        try (RawHttp http = fixture.http()) {
            RawResponse page = http.get(fixture.target("/"), "Accept: text/html");
            assertEquals(503, page.status());
            assertTrue(page.text().contains("Back at &lt;noon&gt;"), page::text);
        }
        try (RawWebSocket refused = fixture.dial("status")) {
            assertEquals(503, refused.refusal().status());
        }
        assertEquals("maintenance", listed("apps").get(0).get("state"));

        act("resume", "app=" + app);

        try (RawHttp http = fixture.http()) {
            assertEquals(200, http.get(fixture.target("/"), "Accept: text/html").status());
        }
        assertTrue(sessions.created() > 0);
    }
}
