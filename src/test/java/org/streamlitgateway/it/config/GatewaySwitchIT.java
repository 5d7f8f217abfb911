package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.LiveSessions;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.StreamlitSessions;
import org.streamlitgateway.it.HaProxy;
import org.streamlitgateway.it.OnEveryCommandLine;
import org.streamlitgateway.it.RunningGateway;

/** Two gateways behind HAProxy: one stops, the other takes over. */
class GatewaySwitchIT extends OnEveryCommandLine {
    private static final int SESSIONS = 200;

    private static RawResponse get(URI uri, String target, String... lines) throws IOException {
        try (RawHttp http = RawHttp.connect(uri)) {
            return http.get(target, lines);
        }
    }

    @Test
    void livenessAndReadinessAreReported() throws IOException {
        try (FakeStreamlit upstream = FakeStreamlit.start();
                RunningGateway gateway = war.start(
                        Map.of("streamlit-port", Integer.toString(upstream.port()), "context-path", "/ctx"))) {
            upstream.stop(); // a missing Streamlit is no reason to send users to another gateway
            for (String page : List.of("/_gateway/health/live", "/_gateway/health/ready")) {
                RawResponse answer = get(gateway.uri(), page);
                assertEquals(200, answer.status(), answer::toString);
                assertEquals("ok\n", answer.text());
                assertEquals("no-store", answer.head().one("Cache-Control"));
            }
            assertEquals(404, get(gateway.uri(), "/_gateway").status());
            assertEquals(404, get(gateway.uri(), "/_gateway/health/else").status());
            assertEquals(404, get(gateway.uri(), "/_gatewayish").status());
        }
    }

    @Test
    void readinessFailsFirstAndServiceContinuesDuringDrainDelay() throws Exception {
        try (FakeStreamlit upstream = FakeStreamlit.start();
                RunningGateway gateway =
                        war.start(Map.of("streamlit-port", Integer.toString(upstream.port()), "drain-delay", "5s"));
                RawHttp kept = RawHttp.connect(gateway.uri())) {
            assertEquals(200, kept.get("/").status());
            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(gateway::stop);
            Eventually.until("not ready", () -> statusOf(gateway.uri(), "/_gateway/health/ready") == 503);

            assertEquals(200, get(gateway.uri(), "/_gateway/health/live").status());
            assertEquals(200, get(gateway.uri(), "/").status());
            RawResponse last = kept.get("/");
            assertEquals(200, last.status());
            assertTrue(last.head().lists("Connection", "close"), last::toString);

            assertEquals(0, exit.get(60, TimeUnit.SECONDS), gateway::log);
        }
    }

    private static int statusOf(URI uri, String target) {
        try {
            return get(uri, target).status();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void gatewaySwitchFailsNoRequestAndLosesNoSession() throws Exception {
        try (FakeStreamlit upstream = FakeStreamlit.start()) {
            StreamlitSessions sessions = StreamlitSessions.of("only", upstream);
            Map<String, String> options = Map.of(
                    "streamlit-port",
                    Integer.toString(upstream.port()),
                    "drain-delay",
                    "3s",
                    "handshake-timeout",
                    "30s",
                    "ping-interval",
                    "5s",
                    "connect-timeout",
                    "20s"); // allows for a busy machine

            try (RunningGateway first = war.start(options);
                    RunningGateway second = war.start(options);
                    HaProxy haProxy = HaProxy.before(folder, List.of(first.uri(), second.uri()));
                    LiveSessions visitors = new LiveSessions(haProxy.uri());
                    Traffic traffic = new Traffic(haProxy.uri())) {
                visitors.open(SESSIONS);
                int createdBefore = sessions.created();
                int failedBefore = visitors.failedRequests();
                long start = System.nanoTime();

                assertEquals(0, first.stop(), first::log);

                Eventually.until(visitors::toString, Eventually.LIMIT, () -> visitors.closed() == SESSIONS);
                visitors.awaitConnected();
                Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                traffic.end();
                System.out.println("gateway switch (" + war + "): " + visitors + ", " + traffic + ", " + elapsed);
                assertEquals(Map.of(1012, SESSIONS), visitors.closings());
                assertEquals(SESSIONS, visitors.resumed());
                assertEquals(createdBefore, sessions.created());
                assertEquals(failedBefore, visitors.failedRequests(), visitors::toString);
                assertEquals(List.of(), List.copyOf(traffic.failures));
                assertTrue(traffic.done.get() > 0);
            }
        }
    }

    /** Sends requests one after another, with and without a kept connection, and uploads. */
    private static final class Traffic implements AutoCloseable {
        private final URI uri;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicInteger done = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads;

        Traffic(URI uri) {
            this.uri = uri;
            threads = List.of(new Thread(this::ask, "pages"), new Thread(this::put, "uploads"));
            threads.forEach(Thread::start);
        }

        private void ask() {
            while (!ended.get()) {
                check(statusOf(uri, "/static/js/index.js"));
            }
        }

        private void put() {
            while (!ended.get()) {
                try (RawHttp http = RawHttp.connect(uri)) {
                    http.send(http.head("PUT", "/sink", "Content-Length: 100000"));
                    http.send(new byte[100_000]);
                    check(http.readHead().status());
                } catch (IOException | AssertionError e) {
                    failures.add(e.toString());
                }
            }
        }

        private void check(int status) {
            done.incrementAndGet();
            if (status != 200) {
                failures.add("status " + status);
            }
        }

        @Override
        public String toString() {
            return done + " requests, " + failures.size() + " failed";
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            ended.set(true);
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
