package org.streamlitgateway.it.sessions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.it.HaProxy;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;
import org.streamlitgateway.it.browser.StreamlitProcess;

/**
 * Three real Streamlit processes, two gateways with one configuration file and an HAProxy in front of them. Two
 * hundred sessions go through configuration changes, drains, a gateway switch and the death of a process. {@code
 * -Dsessions.write=true} writes the table of losses to src/docs/sessions.md.
 */
@Timeout(900)
class TwoHundredSessionsIT {
    private static final int SESSIONS = 200;
    private static final int NEWCOMERS = 10;
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final Path PAGE = Path.of("src/docs/sessions.md");

    private static final String SETTINGS = """
            proxy-host: 127.0.0.1
            proxy-port: 0
            sticky-key: 0123456789abcdef0123456789
            drain-delay: 2s
            health-interval: 500ms
            health-timeout: 20s
            connect-timeout: 20s
            handshake-timeout: 20s
            ping-interval: 5s
            pong-timeout: 60s
            """;

    @TempDir
    private Path folder;

    private Path file;
    private final List<String> rows = new ArrayList<>();

    /** Close codes counted so far. */
    private Map<Integer, Integer> closingsBefore = Map.of();

    private int resumedBefore;
    private int lostBefore;

    private void configure(String settings, String replicas) throws IOException {
        Files.writeString(file, SETTINGS + settings + "apps:\n  /app:\n    replicas: [" + replicas + "]\n");
    }

    private static String address(StreamlitProcess replica) {
        return "'127.0.0.1:" + replica.port() + "'";
    }

    @Test
    void onlySessionsOfKilledProcessAreLost() throws Exception {
        file = folder.resolve("gateway.yaml");
        Path script = Path.of("src/test/streamlit/marked.py");
        try (StreamlitProcess one = new StreamlitProcess(script, "/", Map.of());
                StreamlitProcess two = new StreamlitProcess(script, "/", Map.of());
                StreamlitProcess three = new StreamlitProcess(script, "/", Map.of())) {
            one.start();
            two.start();
            three.start();
            String all = String.join(", ", address(one), address(two), address(three));
            String draining =
                    String.join(", ", address(one), address(two), "{address: " + address(three) + ", drain: yes}");
            String rest = String.join(", ", address(one), address(two));
            configure("", all);
            try (LaunchedProcess first = gateway();
                    LaunchedProcess second = gateway();
                    HaProxy haProxy = HaProxy.before(
                            folder, List.of(WarDeployment.readyAddress(first), WarDeployment.readyAddress(second)));
                    LiveSessions visitors =
                            LiveSessions.ofMarkedApp(haProxy.uri().resolve("/app/"))) {
                try {
                    visitors.open(SESSIONS);
                    recordRow(visitors, "opened, all through the first gateway");
                    List<StreamlitProcess> replicas = List.of(one, two, three);
                    int max = replicas.stream()
                            .mapToInt(r -> visitors.at(r.port()))
                            .max()
                            .orElseThrow();
                    int min = replicas.stream()
                            .mapToInt(r -> visitors.at(r.port()))
                            .min()
                            .orElseThrow();
                    assertTrue(max - min <= SESSIONS / 10, () -> "spread: " + min + " to " + max);

                    configure("upstream-timeout: 50s\n", all);
                    await("configuration reloaded", first, second);
                    recordRow(visitors, "the configuration is edited");
                    assertEquals(0, visitors.closed());

                    configure("", draining);
                    await("drains", first, second);
                    try (LiveSessions newcomers = LiveSessions.ofMarkedApp(
                                    haProxy.uri().resolve("/app/"))
                            .open(NEWCOMERS)) {
                        assertEquals(0, newcomers.at(three.port()));
                    }
                    recordRow(visitors, "a replica drains");
                    assertEquals(0, visitors.closed());

                    assertEquals(0, first.terminate(), first::output);
                    Eventually.until(visitors::toString, LONG, () -> visitors.closed() == SESSIONS);
                    visitors.awaitConnected();
                    recordRow(visitors, "the first gateway is stopped, the second takes over");
                    assertEquals(Map.of(1012, SESSIONS), visitors.closings());
                    assertEquals(SESSIONS, visitors.resumed(), visitors::toString);

                    int drained = visitors.at(three.port());
                    configure("", rest);
                    Eventually.until(visitors::toString, LONG, () -> visitors.closed() == SESSIONS + drained);
                    visitors.awaitConnected();
                    recordRow(
                            visitors,
                            "the replica that drained is taken out, with " + drained + " sessions left on it");
                    assertEquals(drained, visitors.lost(), visitors::toString);
                    assertEquals(0, visitors.at(three.port()));

                    int killed = visitors.at(one.port());
                    one.kill();
                    Eventually.until(visitors::toString, LONG, () -> visitors.lost() == drained + killed);
                    visitors.awaitConnected();
                    recordRow(visitors, "a replica is killed, with " + killed + " sessions on it");
                    assertEquals(drained + killed, visitors.lost(), visitors::toString);
                    assertEquals(SESSIONS, visitors.at(two.port()));
                } finally {
                    Path logs = Files.createDirectories(Path.of("target/gateway-logs"));
                    Files.writeString(logs.resolve("TwoHundredSessionsIT-1.log"), first.output());
                    Files.writeString(logs.resolve("TwoHundredSessionsIT-2.log"), second.output());
                    rows.forEach(System.out::println);
                    System.out.println(visitors);
                }
            }
        }
        if (Boolean.getBoolean("sessions.write")) {
            writePage();
        }
    }

    private LaunchedProcess gateway() throws IOException {
        return WarDeployment.installed().get(0).launch(List.of("--config", file.toString()), Map.of());
    }

    private static void await(String line, LaunchedProcess... gateways) {
        for (LaunchedProcess gateway : gateways) {
            gateway.awaitLine(line);
        }
    }

    /** Uses every session: uploads a file and downloads the picture. Then adds a row to the table. */
    private void recordRow(LiveSessions visitors, String what) {
        List<String> uploads = visitors.uploadToEach();
        List<String> pictures = visitors.pictureOfEach();
        Map<Integer, Integer> closings = new LinkedHashMap<>(visitors.closings());
        closingsBefore.forEach((code, count) -> closings.merge(code, -count, Integer::sum));
        closings.values().removeIf(count -> count == 0);
        rows.add("| %s | %s | %d | %d | %d | %d |"
                .formatted(
                        what,
                        closings.isEmpty()
                                ? "0"
                                : closings.toString().replaceAll("[{}]", "").replaceAll("(\\d+)=(\\d+)", "$2 with $1"),
                        visitors.resumed() - resumedBefore,
                        visitors.lost() - lostBefore,
                        uploads.size(),
                        pictures.size()));
        closingsBefore = visitors.closings();
        resumedBefore = visitors.resumed();
        lostBefore = visitors.lost();
        assertEquals(List.of(), uploads, what);
        assertEquals(List.of(), pictures, what);
        assertEquals(SESSIONS, visitors.connected(), what);
    }

    private void writePage() throws IOException {
        Files.writeString(PAGE, """
                # What happens to two hundred sessions

                Written by `TwoHundredSessionsIT` (`-Dsessions.write=true`); do not edit. Three Streamlit processes with
                one app, two gateways with one configuration file, HAProxy in front; two hundred visitors who behave as
                Streamlit's page does. After each event each of them uploads a file into the session and asks for the
                session's picture. "Resumed" sessions have kept their state; those that "began anew" were held by a
                process that was killed or taken away, and nothing else can know them.

                | event | sockets closed | resumed | began anew | uploads failed | pictures failed |
                |---|---|---|---|---|---|
                %s
                """.formatted(String.join("\n", rows)));
    }
}
