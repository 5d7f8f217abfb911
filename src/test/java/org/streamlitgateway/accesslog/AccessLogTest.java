package org.streamlitgateway.accesslog;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.config.GatewayConfig.LoggedUsers;
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.observe.SessionObserver.End;
import org.streamlitgateway.observe.SessionObserver.EndedBy;
import org.streamlitgateway.observe.head.RequestHead;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.trace.TraceContext;

/** Lines of both formats, with secrets and attacks in every field. */
class AccessLogTest {
    /** The expression that tools for web servers' logs use. */
    static final Pattern NCSA =
            Pattern.compile("^(\\S+) - (\\S+) \\[(\\d{2}/[A-Z][a-z]{2}/\\d{4}:\\d{2}:\\d{2}:\\d{2} [+-]\\d{4})]"
                    + " \"(\\S+) (\\S+) (\\S+)\" (\\d{3}) (\\d+) \"([^\"]*)\" \"([^\"]*)\"$");

    private static final String SESSION = "4e0f2a6b-7d3c-4f58-9a11-0c5d5e6f7a8b";
    private static final String ATTACK = "a\r\n127.0.0.1 - - \"GET\u001b[2J\u0085\u2028\\\" \ud800\t\u0000";
    private static final TraceContext TRACE = TraceContext.begin(true);

    private final Redaction named = new Redaction(LoggedUsers.YES, false);

    private static RequestHead head(String path) {
        return new RequestHead(
                "GET",
                path,
                "token=secret",
                "HTTP/1.1",
                "10.0.0.1",
                "https://u:pw@a.example/p?code=secret#f",
                "Mozilla/5.0");
    }

    private static Entry.Request request(RequestHead head, String user) {
        return new Entry.Request(
                new Entry.Source(head, "192.0.2.7", user, "apps.example:8443", TRACE, "/sales", "127.0.0.1:8501"),
                Instant.parse("2026-11-27T16:00:49.123456Z"),
                12_345_678,
                false,
                null,
                RequestKind.PAGE,
                200,
                0,
                1234,
                null,
                1_000_000,
                -1,
                CacheResult.HIT);
    }

    private static Entry.Session session(RequestHead head, String user) {
        return new Entry.Session(
                new Entry.Source(head, "192.0.2.7", user, "apps.example", TRACE, "/sales", "127.0.0.1:8501"),
                "WebSocket 7",
                SESSION,
                TRACE.child(),
                "/page",
                Instant.parse("2026-11-27T16:05:49Z"),
                300_000_000_000L,
                Opening.RESUMED,
                new End("browser_closed", EndedBy.BROWSER, 1001, 1001),
                3,
                40,
                500,
                60_000,
                4,
                120,
                1);
    }

    private static String line(Format format, Entry entry) {
        StringBuilder out = new StringBuilder();
        format.append(out, entry);
        return out.toString();
    }

    private static Map<String, Object> json(String line) throws IOException {
        return JSON.std.mapFrom(line);
    }

    private static Matcher combined(String line) {
        Matcher matcher = NCSA.matcher(line);
        assertTrue(matcher.matches(), line);
        return matcher;
    }

    @Test
    void requestInCombinedFormatParses() {
        Matcher line = combined(line(new CombinedFormat(named), request(head("/sales/"), "jane doe")));

        assertEquals("192.0.2.7", line.group(1));
        assertEquals("jane\\x20doe", line.group(2));
        assertEquals("GET", line.group(4));
        assertEquals("/sales/", line.group(5));
        assertEquals("HTTP/1.1", line.group(6));
        assertEquals("200", line.group(7));
        assertEquals("1234", line.group(8));
        assertEquals("https://a.example/p", line.group(9));
        assertEquals("Mozilla/5.0", line.group(10));
    }

    @Test
    void requestInJsonHasTheNamesOfOpenTelemetry() throws IOException {
        Map<String, Object> line = json(line(new JsonFormat(named), request(head("/sales/"), "jane doe")));

        assertEquals(
                Map.ofEntries(
                        Map.entry("timestamp", "2026-11-27T16:00:49.123Z"),
                        Map.entry("event.name", "request"),
                        Map.entry("http.request.method", "GET"),
                        Map.entry("url.path", "/sales/"),
                        Map.entry("http.response.status_code", 200),
                        Map.entry("client.address", "192.0.2.7"),
                        Map.entry("user_agent.original", "Mozilla/5.0"),
                        Map.entry("server.address", "apps.example"),
                        Map.entry("network.protocol.version", "1.1"),
                        Map.entry("http.request.body.size", 0),
                        Map.entry("http.response.body.size", 1234),
                        Map.entry("user.id", "jane doe"),
                        Map.entry("trace_id", TRACE.traceId()),
                        Map.entry("span_id", TRACE.spanId()),
                        Map.entry("app", "/sales"),
                        Map.entry("replica", "127.0.0.1:8501"),
                        Map.entry("kind", "page"),
                        Map.entry("outcome", "ok"),
                        Map.entry("ms_total", 12.345),
                        Map.entry("ms_connect", 1.0),
                        Map.entry("cache", "hit")),
                line);
    }

    @Test
    void endOfSessionIsALineInBothFormats() throws IOException {
        RequestHead head = head("/sales/_stcore/stream");
        Matcher combined = combined(line(new CombinedFormat(named), session(head, "jane")));
        Map<String, Object> json = json(line(new JsonFormat(named), session(head, "jane")));

        assertEquals("SESSION", combined.group(4));
        assertEquals("/sales/_stcore/stream", combined.group(5));
        assertEquals("101", combined.group(7));
        assertEquals("60000", combined.group(8));
        assertEquals(
                "session.close outcome=browser_closed by=browser codes=1001/1001 opened=resumed ms=300000.000 up=3/500"
                        + " down=40/60000 reruns=4 p95=120 exceptions=1 session=" + named.session(SESSION),
                combined.group(9));
        assertEquals("session.close", json.get("event.name"));
        assertEquals("2026-11-27T16:05:49.000Z", json.get("timestamp"));
        assertEquals(named.session(SESSION), json.get("session_hash"));
        assertEquals("WebSocket 7", json.get("session"));
        assertEquals(
                List.of("browser", 1001, 1001, "resumed", "browser_closed", 4, 120, 1, 3, 40, 500, 60000),
                Arrays.asList(
                                "ended_by close_code_browser close_code_streamlit opened outcome reruns ms_rerun_p95 exceptions messages_up messages_down bytes_up bytes_down"
                                        .split(" "))
                        .stream()
                        .map(json::get)
                        .toList());
    }

    @Test
    void secretsAreInNeitherFormat() {
        RequestHead upload = head("/sales/_stcore/upload_file/" + SESSION + "/0a1b;jsessionid=secret");
        for (Format format : List.of(new CombinedFormat(named), new JsonFormat(named))) {
            for (Entry entry : List.of(request(upload, null), session(upload, null))) {
                String line = line(format, entry);

                assertFalse(line.contains("secret") || line.contains("pw@") || line.contains(SESSION), line);
                assertTrue(line.contains("/_stcore/upload_file/~" + named.session(SESSION) + "/0a1b"), line);
            }
        }
    }

    @Test
    void queriesAreLoggedIfAskedFor() throws IOException {
        Redaction open = new Redaction(LoggedUsers.YES, true);

        assertEquals(
                "/sales/?token=secret",
                combined(line(new CombinedFormat(open), request(head("/sales/"), null)))
                        .group(5));
        assertEquals(
                "token=secret",
                json(line(new JsonFormat(open), request(head("/"), null))).get("url.query"));
    }

    @Test
    void usersAreNamedHashedOrLeftOut() throws IOException {
        Redaction hashed = new Redaction(LoggedUsers.HASH, false);
        String hash = (String)
                json(line(new JsonFormat(hashed), request(head("/"), "jane"))).get("user.id");

        assertTrue(hash.matches("[0-9a-f]{12}"), hash);
        assertEquals(
                hash,
                json(line(new JsonFormat(hashed), request(head("/"), "jane"))).get("user.id"));
        assertNotEquals(hash, new Redaction(LoggedUsers.HASH, false).user("jane"), "the key is random");
        assertNotEquals(hash, hashed.session("jane"), "a user's hash is not that of a session");
        assertNull(json(line(new JsonFormat(new Redaction(LoggedUsers.NO, false)), request(head("/"), "jane")))
                .get("user.id"));
        assertEquals(
                "-",
                combined(line(new CombinedFormat(new Redaction(LoggedUsers.NO, false)), request(head("/"), "jane")))
                        .group(2));
    }

    @Test
    void attacksInEveryFieldStayInTheirField() throws IOException {
        RequestHead hostile = new RequestHead(ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, ATTACK, ATTACK);
        Entry.Request request = new Entry.Request(
                new Entry.Source(hostile, ATTACK, ATTACK, ATTACK, TRACE, ATTACK, ATTACK),
                Instant.EPOCH,
                0,
                true,
                ATTACK,
                RequestKind.OTHER,
                400,
                0,
                0,
                Outcome.BAD_REQUEST,
                -1,
                -1,
                CacheResult.NONE);
        Redaction open = new Redaction(LoggedUsers.YES, true);
        List<String> lines = List.of(
                line(new CombinedFormat(open), request),
                line(new CombinedFormat(open), session(hostile, ATTACK)),
                line(new JsonFormat(open), request),
                line(new JsonFormat(open), session(hostile, ATTACK)));

        assertAll(lines.stream()
                .map(line ->
                        () -> assertTrue(line.codePoints().allMatch(c -> c >= ' ' && c < 0x7f || c == 0xfffd), line)));
        combined(lines.get(0));
        combined(lines.get(1));
        assertEquals(ATTACK.replace('\ud800', '\ufffd'), json(lines.get(2)).get("user_agent.original"));
        assertEquals(ATTACK.replace('\ud800', '\ufffd'), json(lines.get(3)).get("user.id"));
    }
}
