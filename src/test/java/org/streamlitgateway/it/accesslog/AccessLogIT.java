package org.streamlitgateway.it.accesslog;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** Lines for requests and sessions in both formats, with secrets and attacks in what clients send. */
@EveryDeployment
@NeedsGateway
class AccessLogIT {
    private static final Pattern NCSA = Pattern.compile("(\\S+) - (\\S+) \\[\\d{2}/[A-Z][a-z]{2}/\\d{4}:[^]]+]"
            + " \"(\\S+) (\\S+) (\\S+)\" (\\d{3}) (\\d+) \"([^\"]*)\" \"([^\"]*)\"");

    private static final Pattern PLAIN = Pattern.compile("[ -~\u00a1-\uffff]*");

    @Parameter
    private Deployment deployment;

    @TempDir
    private Path folder;

    private GatewayFixture start(Path file, String... more) throws IOException {
        String[] options = new String[more.length + 2];
        options[0] = "access-log";
        options[1] = file.toString();
        System.arraycopy(more, 0, options, 2, more.length);
        return GatewayFixture.start(deployment, options);
    }

    @Test
    void requestIsALineOfJson() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.jsonl"));
        try (GatewayFixture fixture = start(log.file(), "trusted-proxies", "127.0.0.1");
                RawHttp client = fixture.http()) {
            client.get(
                    fixture.target("/bytes/5000?token=secret-query"),
                    "X-Forwarded-For: 192.0.2.7",
                    "X-Forwarded-User: jane",
                    "User-Agent: test/1",
                    "Cookie: sso=secret-cookie",
                    "Authorization: Bearer secret-bearer");
            Map<String, Object> line = log.await("request", "/bytes/5000");

            assertEquals("GET", line.get("http.request.method"));
            assertEquals(fixture.target("/bytes/5000"), line.get("url.path"));
            assertEquals(200, line.get("http.response.status_code"));
            assertEquals(5000, line.get("http.response.body.size"));
            assertEquals("192.0.2.7", line.get("client.address"));
            assertEquals("test/1", line.get("user_agent.original"));
            assertEquals("jane", line.get("user.id"));
            assertEquals("127.0.0.1:" + fixture.upstream().port(), line.get("replica"));
            assertEquals("ok", line.get("outcome"));
            assertTrue(((Number) line.get("ms_total")).doubleValue() > 0, line::toString);
            assertTrue(((Number) line.get("ms_first_byte")).doubleValue() > 0, line::toString);
            assertFalse(String.join("\n", log.text()).contains("secret"), () -> log.text()
                    .toString());
        }
    }

    @Test
    void requestIsALineOfTheCombinedFormat() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.log"));
        try (GatewayFixture fixture = start(log.file(), "trusted-proxies", "127.0.0.1", "access-log-users", "hash");
                RawHttp client = fixture.http()) {
            client.get(
                    fixture.target("/bytes/5000?token=secret-query"),
                    "X-Forwarded-User: jane",
                    "Referer: http://localhost/page?code=secret-code",
                    "User-Agent: test/1");
            var line = NCSA.matcher(log.await(1).get(0));

            assertTrue(line.matches(), () -> log.text().toString());
            assertTrue(line.group(2).matches("[0-9a-f]{12}"), line::group);
            assertEquals("GET", line.group(3));
            assertEquals(fixture.target("/bytes/5000"), line.group(4));
            assertEquals("HTTP/1.1", line.group(5));
            assertEquals("200", line.group(6));
            assertEquals("5000", line.group(7));
            assertEquals("http://localhost/page", line.group(8));
            assertEquals("test/1", line.group(9));
        }
    }

    @Test
    void failureOfTheGatewayHasItsOutcome() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.jsonl"));
        try (GatewayFixture fixture = start(log.file());
                RawHttp client = fixture.http()) {
            fixture.upstream().stop();
            assertEquals(502, client.get(fixture.target("/down")).status());
            Map<String, Object> line = log.await("request", "/down");

            assertEquals(502, line.get("http.response.status_code"));
            assertEquals("refused", line.get("outcome"));
            assertNull(line.get("ms_first_byte"));
        }
    }

    @Test
    void sessionClosedByTheBrowserHasTwoLines() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.jsonl"));
        try (GatewayFixture fixture = start(log.file())) {
            StreamlitSessions.of("secret-session", fixture.upstream());
            try (RawWebSocket socket =
                    fixture.open("closed", "Sec-WebSocket-Protocol: streamlit, secret-token", "User-Agent: test/1")) {
                socket.frames().nextMessage();
                socket.frames().send(Frame.binary(new byte[] {0x5a, 0}));
                socket.frames().nextMessage();
                socket.frames().sendClose(4321, "secret-reason");
                socket.frames().awaitClosing();
            }
            Map<String, Object> open = log.await("session.open", "/_stcore/stream");
            Map<String, Object> close = log.await("session.close", "/_stcore/stream");

            assertEquals(101, open.get("http.response.status_code"));
            assertEquals("handshake", open.get("kind"));
            assertEquals(open.get("session"), close.get("session"));
            assertEquals(open.get("trace_id"), close.get("trace_id"));
            assertEquals("test/1", close.get("user_agent.original"));
            assertEquals("browser", close.get("ended_by"));
            assertEquals("browser_closed", close.get("outcome"));
            assertEquals(4321, close.get("close_code_browser"));
            assertEquals("new", close.get("opened"));
            assertEquals(1, close.get("messages_up"));
            assertEquals(2, close.get("bytes_up"));
            assertEquals(2, close.get("messages_down"));
            assertTrue(((String) close.get("session_hash")).matches("[0-9a-f]{12}"), close::toString);
            assertFalse(String.join("\n", log.text()).contains("secret"), () -> log.text()
                    .toString());
        }
    }

    @Test
    void sessionEndedByTheAppAndByTheStopOfTheGatewayAreTold() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.jsonl"));
        try (GatewayFixture fixture = start(log.file(), "close-spread", "0s")) {
            fixture.upstream().on(GatewayFixture.streamOf("ends"), exchange -> {
                var frames = exchange.acceptWebSocket();
                frames.sendClose(4001, "over");
                frames.awaitClosing();
            });
            try (RawWebSocket socket = fixture.open("ends")) {
                assertEquals(4001, socket.frames().awaitClosing().code());
            }
            Map<String, Object> close = log.await("session.close", "/_stcore/stream");
            assertEquals("streamlit", close.get("ended_by"));
            assertEquals(4001, close.get("close_code_streamlit"));

            try (RawWebSocket stays = fixture.open("stays")) {
                stays.frames().send(Frame.text("hello"));
                stays.frames().nextMessage();
                var closing = stays.answerInBackground();
                fixture.gateway().stop();
                assertEquals(1012, closing.take().code());
            }
            Map<String, Object> last = log.await(line -> "stopping".equals(line.get("outcome")));
            assertEquals("gateway", last.get("ended_by"));
            assertEquals(1012, last.get("close_code_browser"));
        }
    }

    @Test
    void sessionIsTwoLinesOfTheCombinedFormat() throws IOException {
        LogLines log = new LogLines(folder.resolve("access.log"));
        try (GatewayFixture fixture = start(log.file())) {
            try (RawWebSocket socket = fixture.open("combined")) {
                socket.frames().send(Frame.text("hello"));
                socket.frames().nextMessage();
                socket.frames().sendClose(1000, "");
                socket.frames().awaitClosing();
            }
            List<String> lines = log.await(2);

            assertAll(lines.stream()
                    .map(line -> () -> assertTrue(NCSA.matcher(line).matches(), line)));
            assertTrue(lines.stream().anyMatch(line -> line.contains("\"GET ") && line.contains("\" 101 ")));
            String close = lines.stream()
                    .filter(line -> line.contains("\"SESSION "))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    close.contains("/_stcore/stream WEBSOCKET\" 101 5 \"session.close outcome=browser_closed by=browser"
                            + " codes=1000/1000 opened="),
                    close);
        }
    }

    @Test
    void attacksStayInTheirFieldAndAreCut() throws IOException {
        LogLines json = new LogLines(folder.resolve("access.jsonl"));
        LogLines combined = new LogLines(folder.resolve("access.log"));
        String injected = "\" 200 1 \"-\" \\\"\u00c2\u0085127.0.0.1 - admin [\u00e2\u0080\u00a8]\u00e2\u0080\u00ae";
        String longAgent = "x".repeat(deployment.embedded() ? 8192 : 6000);
        for (LogLines log : List.of(json, combined)) {
            try (GatewayFixture fixture = start(log.file());
                    RawHttp client = fixture.http()) {
                client.get(fixture.target("/attack"), "User-Agent: " + injected, "Referer: " + injected);
                client.get(fixture.target("/attack%0d%0aforged%1b%5b2J%22"), "User-Agent: " + longAgent);
                log.await(2);
            }
            assertEquals(2, log.text().size(), () -> log.text().toString());
            assertAll(log.text().stream().map(line -> () -> {
                assertTrue(PLAIN.matcher(line).matches(), line);
                assertTrue(line.length() < 2000, line);
            }));
        }
        assertTrue(((String) json.json().get(0).get("user_agent.original")).startsWith("\" 200 1"), () -> json.text()
                .toString());
        assertEquals("x".repeat(512), json.json().get(1).get("user_agent.original"));
        assertAll(combined.text().stream()
                .map(line -> () -> assertTrue(NCSA.matcher(line).matches(), line)));
    }

    /** The executable writes to its output; a container where its configuration sends the logger. */
    @Test
    void linesWithoutAFileAreInTheOutput() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "access-log", "json");
                RawHttp client = fixture.http()) {
            client.get(fixture.target("/in-the-output"));

            Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> fixture.gateway()
                    .log()
                    .contains("\"event.name\":\"request\""));
            assertTrue(fixture.gateway().log().contains("/in-the-output"), fixture.gateway()::log);
        }
    }
}
