package org.streamlitgateway.it.operator;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.ScriptMessages;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.NeedsGateway;

/** Prometheus scrapes a gateway, and answers every query of the dashboard; its tool accepts the alert rules. */
@EveryDeployment
@NeedsGateway
class PrometheusIT {
    private static final Path RULES = Path.of("src/prometheus");

    private static final String PROMETHEUS = System.getenv().getOrDefault("PROMETHEUS", "/usr/bin/prometheus");

    /** Panels that show something only after a failure, a limit, or with channels. */
    private static final List<String> MAY_BE_EMPTY =
            List.of("Failures", "Limits reached", "Subscribers", "Messages", "Feeds connected", "Cache of assets");

    @Parameter
    private Deployment deployment;

    @TempDir
    private Path folder;

    @Test
    void promtoolAcceptsTheAlertRulesAndTheirTests() {
        try (LaunchedProcess check = promtool("check", "rules", "alerts.yml");
                LaunchedProcess test = promtool("test", "rules", "alerts-test.yml")) {
            assertTrue(check.awaitLine("SUCCESS").contains("11 rules"), check::output);
            test.awaitLine("SUCCESS");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static LaunchedProcess promtool(String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(PROMETHEUS).resolveSibling("promtool").toString()));
        command.addAll(List.of(words));
        command.set(command.size() - 1, RULES.resolve(words[words.length - 1]).toString());
        return LaunchedProcess.start(command, Map.of());
    }

    @Test
    void everyPanelOfTheDashboardHasAnAnswer() throws IOException {
        String metrics = "127.0.0.1:" + freePort();
        int port = freePort();
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "metrics-port", metrics);
                LaunchedProcess prometheus = prometheus(port, metrics)) {
            prometheus.awaitLine("Server is ready");
            URI server = URI.create("http://127.0.0.1:" + port);
            Eventually.until("a scrape", () -> isAnswered(server, "streamlit_gateway_build_info"));
            visit(fixture);
            Map<String, String> expressions = expressions();
            assertTrue(expressions.size() > 20, expressions::toString);
            Eventually.until(
                    () -> "two scrapes of a rerun: " + prometheus.output(),
                    Eventually.LIMIT,
                    () -> isAnswered(server, "rate(streamlit_gateway_reruns_total[1m]) > 0"));
            assertAll(expressions.entrySet().stream().map(panel -> () -> {
                Map<String, Object> answer = query(server, panel.getValue());
                assertEquals("success", answer.get("status"), () -> panel + ": " + answer);
                if (MAY_BE_EMPTY.stream().noneMatch(panel.getKey()::startsWith)) {
                    Eventually.until(panel + " is not empty", () -> isAnswered(server, panel.getValue()));
                }
            }));
        }
    }

    @Test
    void metricsPortServesMetricsAndHealthOnly() throws IOException {
        int port = freePort();
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "metrics-port", Integer.toString(port));
                RawHttp client = RawHttp.connect(URI.create("http://127.0.0.1:" + port))) {
            fixture.upstream().otherwise(exchange -> exchange.reply("200 OK", "page"));
            assertEquals(
                    200,
                    client.get("/_gateway/metrics", "X-Forwarded-For: 10.0.0.1").status());
            assertEquals(200, client.get("/_gateway/health/ready").status());
            assertEquals(404, client.get("/").status());
            assertEquals(404, client.get("/_gateway/status").status());
            try (RawWebSocket socket = RawWebSocket.dial(URI.create("http://127.0.0.1:" + port), "/_stcore/stream")) {
                assertEquals(404, socket.refusal().status());
            }
        }
    }

    private static int freePort() throws IOException {
        try (Socket held = Ports.hold()) {
            return held.getLocalPort();
        }
    }

    private LaunchedProcess prometheus(int port, String metrics) throws IOException {
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: streamlit-gateway
                    metrics_path: /_gateway/metrics
                    static_configs: [{targets: ["%s"]}]
                """.formatted(metrics));
        return LaunchedProcess.start(
                List.of(
                        PROMETHEUS,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port),
                Map.of());
    }

    /** Runs a script several times, once with an exception, until the end of the test. */
    private static void visit(GatewayFixture fixture) throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("panels"), exchange -> {
            FrameSocket socket = exchange.acceptWebSocket();
            for (int i = 0; i < 5; i++) {
                socket.nextData();
                socket.sendTogether(List.of(
                        Frame.binary(ScriptMessages.newSession("id", false)),
                        Frame.binary(ScriptMessages.exception(false)),
                        Frame.binary(ScriptMessages.scriptFinished(0))));
            }
            socket.awaitClosing();
        });
        fixture.upstream().on("/", exchange -> exchange.reply("200 OK", "page"));
        try (RawHttp client = fixture.http();
                RawWebSocket socket = fixture.open("panels", "Sec-WebSocket-Protocol: streamlit, token")) {
            client.get(fixture.target("/"));
            for (int i = 0; i < 5; i++) {
                socket.frames().send(Frame.binary(ScriptMessages.rerunScript(null, false)));
                for (int message = 0; message < 3; message++) {
                    socket.frames().nextMessage();
                }
            }
            socket.frames().sendClose(1001, "");
            socket.frames().awaitClosing();
        }
    }

    /** Returns the expressions of all panels, by title and letter, with the dashboard's variables filled in. */
    private static Map<String, String> expressions() throws IOException {
        Map<String, Object> dashboard = JSON.std.mapFrom(Files.readString(RULES.resolve("grafana-dashboard.json")));
        Map<String, String> expressions = new TreeMap<>();
        for (Object panel : (List<?>) dashboard.get("panels")) {
            Map<?, ?> fields = (Map<?, ?>) panel;
            if (fields.get("targets") instanceof List<?> targets) {
                for (Object target : targets) {
                    Map<?, ?> query = (Map<?, ?>) target;
                    expressions.put(
                            fields.get("title") + " " + query.get("refId"),
                            query.get("expr")
                                    .toString()
                                    .replace("$__rate_interval", "1m")
                                    .replace("$instance", ".*")
                                    .replace("$app", ".*"));
                }
            }
        }
        return expressions;
    }

    private static boolean isAnswered(URI server, String expression) {
        try {
            return isFilled(query(server, expression));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFilled(Map<String, Object> answer) {
        return answer.get("data") instanceof Map<?, ?> data
                && data.get("result") instanceof List<?> result
                && !result.isEmpty();
    }

    private static Map<String, Object> query(URI server, String expression) throws IOException {
        try (RawHttp client = RawHttp.connect(server)) {
            return JSON.std.mapFrom(
                    client.get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                            .text());
        }
    }
}
