package org.streamlitgateway.it.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.ScriptMessages;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** The metrics page: exact values, a bounded number of series, and who may read it. */
@EveryDeployment
@NeedsGateway
class MetricsIT {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token, ";
    private static final int HOSTILE_REQUESTS = 10_000;

    @Parameter
    private Deployment deployment;

    private GatewayFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = GatewayFixture.start(deployment, "metrics-token", TOKEN);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private RawResponse scrape(String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            return client.get(fixture.target("/_gateway/metrics"), fieldLines);
        }
    }

    /** Returns the gateway's own samples, by name and labels. */
    private Map<String, Double> samples() throws IOException {
        Map<String, Double> samples = new TreeMap<>();
        for (String line : scrape("Authorization: Bearer " + TOKEN).text().split("\n")) {
            if (line.startsWith("streamlit_gateway_")) {
                int space = line.lastIndexOf(' ');
                samples.put(
                        line.substring("streamlit_gateway_".length(), space),
                        Double.parseDouble(line.substring(space)));
            }
        }
        return samples;
    }

    private void awaitSample(String name, double value) {
        Map<String, Double> last = new TreeMap<>();
        Eventually.until(
                () -> name + " is " + last.get(name) + " and not " + value + " in " + last, Eventually.LIMIT, () -> {
                    try {
                        last.putAll(samples());
                        return Double.valueOf(value).equals(last.get(name));
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    /** A Streamlit whose script runs once for each request of the browser's, with an exception in every third run. */
    private void runScripts(String test, String sessionId, int runs) {
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> {
            FrameSocket socket = exchange.acceptWebSocket();
            for (int run = 1; run <= runs; run++) {
                socket.nextData();
                boolean superseded = run % 5 == 0;
                socket.sendTogether(List.of(
                        Frame.binary(ScriptMessages.newSession(sessionId, run % 2 == 0)),
                        Frame.binary(ScriptMessages.delta("first")),
                        Frame.binary(run % 3 == 0 ? ScriptMessages.exception(false) : ScriptMessages.exception(true)),
                        Frame.binary(ScriptMessages.scriptFinished(superseded ? 2 : run % 2 == 0 ? 3 : 0))));
            }
            socket.awaitClosing();
        });
    }

    private void visit(String test, String claimedId, int runs) throws IOException {
        try (RawWebSocket socket = fixture.open(test, PROTOCOL + claimedId)) {
            for (int run = 0; run < runs; run++) {
                socket.frames().send(Frame.binary(ScriptMessages.rerunScript(null, false)));
                for (int i = 0; i < 4; i++) {
                    socket.frames().nextMessage();
                }
            }
            socket.frames().sendClose(1001, "");
            socket.frames().awaitClosing();
        }
    }

    @Test
    void valuesOfAScriptedHourAreExact() throws IOException {
        runScripts("morning", "session-1", 12);
        visit("morning", "none", 12); // another session is claimed: lost
        runScripts("evening", "session-1", 3);
        visit("evening", "session-1", 3);
        fixture.upstream().on("/", exchange -> exchange.reply("200 OK", "page"));
        try (RawHttp client = fixture.http()) {
            for (int i = 0; i < 7; i++) {
                assertEquals("page", client.get(fixture.target("/")).text());
            }
        }

        awaitSample("sessions_closed_total{app=\"/\",outcome=\"browser_closed\"}", 2);
        Map<String, Double> samples = samples();
        assertEquals(
                Map.of(
                        "reruns_total{app=\"/\",status=\"finished\"}", 13.0,
                        "reruns_total{app=\"/\",status=\"superseded\"}", 2.0,
                        "script_exceptions_total{app=\"/\"}", 5.0,
                        "rerun_duration_seconds_count{app=\"/\",kind=\"full\"}", 7.0,
                        "rerun_duration_seconds_count{app=\"/\",kind=\"fragment\"}", 6.0,
                        "rerun_first_element_seconds_count{app=\"/\"}", 15.0,
                        "reruns_in_progress{app=\"/\"}", 0.0,
                        "sessions_opened_total{app=\"/\",how=\"lost\"}", 1.0,
                        "sessions_opened_total{app=\"/\",how=\"resumed\"}", 1.0,
                        "handshakes_total{app=\"/\",outcome=\"accepted\"}", 2.0),
                samples.entrySet().stream()
                        .filter(
                                sample -> sample.getKey()
                                        .matches(
                                                "(reruns_|script_exc|rerun_duration_seconds_count.*(full|frag)|"
                                                        + "rerun_first_element_seconds_count|sessions_opened_total.*(lost|res)|hand.*total).*"))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        assertEquals(15.0, samples.get("websocket_messages_total{app=\"/\",direction=\"up\"}"));
        assertEquals(60.0, samples.get("websocket_messages_total{app=\"/\",direction=\"down\"}"));
        assertEquals(
                7.0,
                samples.get(
                        "http_request_duration_seconds_count{app=\"/\",code=\"200\",kind=\"page\",method=\"GET\"}"));
        assertEquals(28.0, samples.get("http_sent_bytes_total{app=\"/\"}"));
        assertEquals(0.0, samples.get("http_requests_in_flight{app=\"/\"}"));
    }

    @Test
    void hostileRequestsLeaveTheNumberOfSeriesUnchanged() throws IOException {
        fixture.upstream().otherwise(exchange -> exchange.reply("200 OK", "any"));
        Random random = new Random(1);
        hostile(random, 1000); // after these, every label value has occurred
        samples(); // a request for no app
        Set<String> before = samples().keySet();
        hostile(random, HOSTILE_REQUESTS);
        assertEquals(before, samples().keySet());
    }

    private void hostile(Random random, int count) throws IOException {
        String[] methods = {
            "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE", "M" + random.nextInt(99)
        };
        String[] folders = {
            "/", "/static/", "/media/", "/component/", "/_stcore/", "/_stcore/upload_file/", "/auth/", "/x/"
        };
        RawHttp client = fixture.http();
        try {
            for (int i = 0; i < count; i++) {
                String name = Long.toHexString(random.nextLong());
                String method = methods[random.nextInt(methods.length)];
                RawResponse response = client.exchange(
                        method,
                        fixture.target(folders[random.nextInt(folders.length)] + name + "?" + name),
                        "X-Forwarded-User: " + name,
                        "Cookie: session=" + name,
                        "traceparent: " + name);
                if ("close".equals(response.head().first("Connection"))) {
                    client.close();
                    client = fixture.http();
                }
            }
        } finally {
            client.close();
        }
    }

    @Test
    void onlyClientsOnThisMachineAndThoseWithTheTokenMayRead() throws IOException {
        assertEquals(200, statusFor("127.0.0.1"));
        assertEquals(200, statusFor("localhost"));
        assertEquals(404, statusFor("apps.example.com"));
        assertEquals(404, statusFor("127.0.0.1", "X-Forwarded-For: 127.0.0.1"));
        assertEquals(404, statusFor("127.0.0.1", "Forwarded: for=127.0.0.1"));
        assertEquals(404, statusFor("127.0.0.1", "Via: 1.1 proxy"));
        assertEquals(200, statusFor("apps.example.com", "Authorization: Bearer " + TOKEN));
        assertEquals(200, statusFor("127.0.0.1", "Authorization: Bearer " + TOKEN, "X-Forwarded-For: 10.0.0.1"));
        assertEquals(404, statusFor("apps.example.com", "Authorization: Bearer " + TOKEN + "0"));
        assertEquals(404, statusFor("apps.example.com", "Authorization: Basic " + TOKEN));
        try (RawHttp client = fixture.http()) {
            assertEquals(
                    405,
                    client.exchange("POST", fixture.target("/_gateway/metrics"), "Content-Length: 0")
                            .status());
        }
    }

    private int statusFor(String host, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send("GET " + fixture.target("/_gateway/metrics") + " HTTP/1.1\r\nHost: " + host + ":"
                    + fixture.uri().getPort() + "\r\n" + String.join("\r\n", fieldLines)
                    + (fieldLines.length == 0 ? "" : "\r\n") + "\r\n");
            return client.readResponse("GET").status();
        }
    }

    @Test
    void formatIsTheOneThatIsAccepted() throws IOException, InterruptedException {
        RawResponse text = scrape();
        assertEquals("text/plain; version=0.0.4; charset=utf-8", type(text));
        RawResponse openMetrics = scrape("Accept: application/openmetrics-text; version=1.0.0");
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", type(openMetrics));
        assertTrue(openMetrics.text().endsWith("# EOF\n"));
        assertEquals("", promtool(text.text()));
    }

    /** Returns the content type; containers differ in its spaces. */
    private static String type(RawResponse response) {
        return response.head().one("Content-Type").replace(" ", "").replace(";", "; ");
    }

    /** Returns what Prometheus' own tool finds wrong with our families; those of the JVM are the library's. */
    private static String promtool(String metrics) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getenv().getOrDefault("PROMETHEUS", "/usr/bin/prometheus"))
                                .resolveSibling("promtool")
                                .toString(),
                        "check",
                        "metrics")
                .redirectErrorStream(true)
                .start();
        try (var input = process.getOutputStream()) {
            input.write(metrics.getBytes(StandardCharsets.UTF_8));
        }
        String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return found.lines()
                .filter(line -> line.startsWith("streamlit_gateway_"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void metricsOfStreamlitAreCollectedAndOthersLeftOut() throws IOException {
        fixture.upstream()
                .on(
                        "/_stcore/metrics?families=active_sessions&families=session_duration_seconds&families=session_events",
                        exchange -> exchange.reply("200 OK", """
                        # TYPE session_events counter
                        # HELP session_events Events.
                        session_events_total{type="connect"} 3
                        # TYPE user_session_events counter
                        user_session_events_total{email="a@example.com"} 3
                        # TYPE active_sessions gauge
                        active_sessions 2
                        evil{a="b"} 1
                        active_sessions{app="/other"
                        # EOF
                        """));
        try (RawHttp client = fixture.http()) {
            String replica = "127.0.0.1:" + fixture.upstream().port();
            assertEquals(
                    "# TYPE streamlit_active_sessions gauge\n"
                            + "streamlit_active_sessions{app=\"/\",replica=\"" + replica + "\"} 2\n"
                            + "# TYPE streamlit_session_events counter\n"
                            + "streamlit_session_events_total{app=\"/\",replica=\"" + replica
                            + "\",type=\"connect\"} 3\n"
                            + "# EOF\n",
                    client.get(fixture.target("/_gateway/metrics/apps")).text());
            assertEquals(404, client.get(fixture.target("/_stcore/metrics")).status());
            assertEquals(
                    404,
                    client.get(fixture.target("/_gateway/metrics/apps"), "X-Forwarded-For: 10.0.0.1")
                            .status());
        }
    }

    @Test
    void silentReplicaIsAbsent() throws IOException {
        fixture.upstream().otherwise(exchange -> exchange.awaitEnd());
        try (RawHttp client = fixture.http()) {
            assertEquals(
                    "# EOF\n",
                    client.get(fixture.target("/_gateway/metrics/apps")).text());
        }
        assertFalse(fixture.gateway().log().contains("ERROR"), () -> fixture.gateway()
                .log());
    }
}
