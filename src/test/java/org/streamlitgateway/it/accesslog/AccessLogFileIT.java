package org.streamlitgateway.it.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;
import org.streamlitgateway.it.browser.StreamlitProcess;

/** The file of the executable's access log: completeness, rotation, and the end of the process. */
@Timeout(600)
class AccessLogFileIT {
    /** {@code -Daccesslog.http=1000000} for the long run. */
    private static final int REQUESTS = Integer.getInteger("accesslog.http", 20_000);

    private static final int CLIENTS = 4;
    private static final Pattern DROPPED = Pattern.compile("(?m)^streamlit_gateway_access_log_dropped_total (\\S+)$");

    @TempDir
    private Path folder;

    private FakeStreamlit upstream;
    private LogLines log;

    @BeforeEach
    void begin() throws IOException {
        upstream = FakeStreamlit.start();
        log = new LogLines(folder.resolve("access.jsonl"));
    }

    @AfterEach
    void end() {
        upstream.close();
    }

    private LaunchedProcess launch(int streamlitPort) throws IOException {
        return WarDeployment.installed()
                .get(0)
                .launch(
                        List.of(
                                "--proxy-host=127.0.0.1",
                                "--proxy-port=0",
                                "--streamlit-host=127.0.0.1",
                                "--streamlit-port=" + streamlitPort,
                                "--access-log=" + log.file()),
                        Map.of());
    }

    private static void get(URI uri, int count, AtomicInteger done) {
        try (RawHttp client = RawHttp.connect(uri)) {
            for (int i = 0; i < count; i++) {
                assertEquals(200, client.get("/_stcore/health").status());
                done.incrementAndGet();
            }
        } catch (IOException | AssertionError e) {
            // counted by what was done; the kill of the gateway ends it
        }
    }

    private static List<Thread> clients(URI uri, int each, AtomicInteger done) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Thread thread = new Thread(() -> get(uri, each, done), "client-" + i);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private static void signal(LaunchedProcess process, String name) throws IOException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .onExit()
                .join();
    }

    private static long dropped(URI uri) throws IOException {
        try (RawHttp client = RawHttp.connect(uri)) {
            Matcher matcher = DROPPED.matcher(client.get("/_gateway/metrics").text());
            assertTrue(matcher.find());
            return (long) Double.parseDouble(matcher.group(1));
        }
    }

    @Test
    void everyRequestIsALineOrCounted() throws Exception {
        try (LaunchedProcess gateway = launch(upstream.port())) {
            URI uri = WarDeployment.readyAddress(gateway);
            AtomicInteger done = new AtomicInteger();
            for (Thread client : clients(uri, REQUESTS / CLIENTS, done)) {
                client.join();
            }
            assertEquals(REQUESTS, done.get());
            long lost = dropped(uri);
            assertEquals(0, gateway.terminate(), gateway::output);

            long lines = log.json().stream()
                    .filter(line -> "/_stcore/health".equals(line.get("url.path")))
                    .count();
            assertEquals(REQUESTS, lines + lost);
        }
    }

    @Test
    void killLeavesWholeLines() throws Exception {
        try (LaunchedProcess gateway = launch(upstream.port())) {
            URI uri = WarDeployment.readyAddress(gateway);
            AtomicInteger done = new AtomicInteger();
            List<Thread> clients = clients(uri, 1_000_000, done);
            Eventually.until("requests", () -> done.get() > 3000);
            signal(gateway, "KILL");
            gateway.awaitExit();
            for (Thread client : clients) {
                client.join(TimeUnit.SECONDS.toMillis(60));
            }

            assertTrue(Files.readString(log.file()).endsWith("}\n"));
            assertTrue(log.json().size() > done.get() / 2, () -> log.json().size() + " of " + done);
        }
    }

    @Test
    void renamedFileIsReopenedOnHangup() throws Exception {
        try (LaunchedProcess gateway = launch(upstream.port());
                RawHttp client = RawHttp.connect(WarDeployment.readyAddress(gateway))) {
            client.get("/one");
            log.await("request", "/one");
            Path old = folder.resolve("access.jsonl.1");
            Files.move(log.file(), old);
            client.get("/still-old");
            new LogLines(old).await("request", "/still-old");
            signal(gateway, "HUP");
            Eventually.until("a new file", () -> Files.exists(log.file()));
            client.get("/new");

            log.await("request", "/new");
            assertEquals(2, new LogLines(old).json().size());
            assertTrue(gateway.isAlive());
        }
    }

    @Test
    void fileThatCannotBeOpenedIsNamedAtTheStart() throws Exception {
        log = new LogLines(folder.resolve("missing/access.log"));
        try (LaunchedProcess gateway = launch(upstream.port())) {
            assertEquals(1, gateway.awaitExit());
            assertEquals(
                    List.of("streamlit-gateway: cannot open the access log " + log.file()
                            + ": its folder does not exist"),
                    gateway.errLines());
        }
    }

    @Test
    void sessionWithARealStreamlitTellsItsRerunsAndItsEnd() throws Exception {
        try (StreamlitProcess streamlit = new StreamlitProcess(Path.of("src/test/streamlit/probe.py"), "/", Map.of())) {
            streamlit.start();
            try (LaunchedProcess gateway = launch(streamlit.port())) {
                URI uri = WarDeployment.readyAddress(gateway);
                try (RawWebSocket closed = rerun(uri);
                        RawWebSocket lost = rerun(uri)) {
                    closed.frames().sendClose(1001, "");
                    closed.frames().awaitClosing();
                    Map<String, Object> close = log.await("session.close", "/_stcore/stream");
                    assertEquals("browser", close.get("ended_by"));
                    assertEquals(1001, close.get("close_code_browser"));
                    assertEquals("new", close.get("opened"));
                    assertEquals(1, close.get("reruns"));
                    assertEquals(0, close.get("exceptions"));
                    assertTrue(close.containsKey("ms_rerun_p95"), close::toString);
                    assertTrue(close.containsKey("session_hash"), close::toString);

                    streamlit.kill();
                    Map<String, Object> killed = log.await(line -> "streamlit_lost".equals(line.get("outcome")));
                    assertEquals("streamlit", killed.get("ended_by"));
                    assertEquals(1006, killed.get("close_code_streamlit"));
                    assertEquals(1011, lost.frames().awaitClosing().code());
                }
            }
        }
    }

    /** Opens a session, and returns after the first run of its script. */
    private static RawWebSocket rerun(URI uri) throws IOException {
        RawWebSocket socket = RawWebSocket.open(uri, "/_stcore/stream", "Sec-WebSocket-Protocol: streamlit, token");
        socket.frames().send(Frame.binary(new byte[] {0x5a, 0}));
        while (!isScriptFinished(socket.frames().nextMessage().payload())) {
            // the messages of the run
        }
        return socket;
    }

    /** Whether a message has ForwardMsg.script_finished, number 6, with the value 0. */
    private static boolean isScriptFinished(byte[] message) {
        for (int i = 0; i + 1 < message.length; i++) {
            if (message[i] == 0x30 && message[i + 1] == 0 && message.length < 100) {
                return true;
            }
        }
        return false;
    }
}
