package org.streamlitgateway.trace.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeCollector;
import org.streamlitgateway.fixture.SessionObservers;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.SessionObserver.End;
import org.streamlitgateway.observe.SessionObserver.EndedBy;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.metrics.Metrics;

/** Export to collectors that are slow, dead, overloaded or broken. */
@Timeout(120)
class TracingTest {
    private FakeCollector collector;
    private final Metrics metrics = new Metrics("test", "test");
    private final Traffic traffic = new Traffic(metrics, true);

    @BeforeEach
    void begin() throws IOException {
        collector = FakeCollector.start();
    }

    @AfterEach
    void end() {
        collector.close();
    }

    private void session() {
        SessionObserver session = SessionObservers.of(traffic, null);
        session.opened(() -> 0, outcome -> {});
        session.ended(new End("browser_closed", EndedBy.BROWSER, 1001, 1001));
    }

    private long counter(String name) {
        var out = new java.io.ByteArrayOutputStream();
        try {
            metrics.write("", out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("streamlit_gateway_" + name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    private void awaitCounter(String name, long value) {
        Eventually.until(() -> name + " is " + counter(name), Eventually.LIMIT, () -> counter(name) == value);
    }

    private void with(String endpoint, Consumer<Tracing> action) {
        try (Tracing tracing = Tracing.start(endpoint, traffic, metrics)) {
            action.accept(tracing);
        }
    }

    @Test
    void spansArriveAndAreCounted() {
        with(collector.endpoint(), tracing -> {
            session();
            FakeCollector.Span span = collector.await("streamlit.session");

            assertEquals("/app", span.attributes().get("streamlit.app"));
            assertEquals("browser", span.attributes().get("streamlit.ended_by"));
            assertEquals(1001L, span.attributes().get("streamlit.close_code.browser"));
            assertFalse(span.parent().isEmpty(), "its handshake is above it");
            assertTrue(span.end() >= span.start());
            awaitCounter("spans_exported_total", 1);
        });
        collector.assertNoProblems();
    }

    @Test
    void lastSpansAreSentByTheStop() {
        with(collector.endpoint(), tracing -> session());

        assertEquals(1, collector.spans().size());
    }

    @Test
    void nothingIsSampledOrStartedWithoutACollector() {
        with("", tracing -> {
            session();
            assertFalse(SessionObservers.of(traffic, null).trace().sampled());
        });

        assertEquals(-1, counter("spans_dropped_total"));
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("gateway-traces")));
    }

    @Test
    void overloadedCollectorIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        collector.answerWith(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "1");
            FakeCollector.reply(exchange, asked.incrementAndGet() < 3 ? 503 : 200, "");
        });
        with(collector.endpoint(), tracing -> {
            session();
            awaitCounter("spans_exported_total", 1);
        });
        assertEquals(3, asked.get());
    }

    @Test
    void refusedSpansAreDroppedWithoutAnotherTry() {
        collector.answerWith(exchange -> FakeCollector.reply(exchange, 400, "no"));
        with(collector.endpoint(), tracing -> {
            session();
            awaitCounter("spans_dropped_total", 1);
        });
        assertEquals(1, collector.requests());
    }

    @Test
    void malformedAndEndlessAnswersDoNoHarm() {
        CountDownLatch over = new CountDownLatch(1);
        List<FakeCollector.Answer> answers = List.of(
                exchange -> FakeCollector.reply(exchange, 200, "<html>\u0000{{{"),
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    OutputStream out = exchange.getResponseBody();
                    out.write(new byte[100_000]);
                    out.flush();
                    awaitQuietly(over); // never ends the body
                },
                exchange -> FakeCollector.reply(exchange, 302, ""));
        AtomicInteger next = new AtomicInteger();
        collector.answerWith(
                exchange -> answers.get(Math.min(next.getAndIncrement(), 2)).send(exchange));
        with(collector.endpoint(), tracing -> {
            session();
            awaitCounter("spans_exported_total", 1);
            session();
            awaitCounter("spans_exported_total", 2); // after the time for the whole exchange
            session();
            awaitCounter("spans_dropped_total", 1);
        });
        over.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void silentCollectorDelaysNobodyAndTheQueueIsBounded() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            long start = System.nanoTime();
            with("http://127.0.0.1:" + silent.getLocalPort(), tracing -> {
                for (int i = 0; i < 20_000; i++) {
                    session();
                }
                assertTrue(counter("spans_dropped_total") > 10_000, () -> counter("spans_dropped_total") + " dropped");
            });
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(taken.compareTo(Duration.ofSeconds(20)) < 0, taken::toString);
        }
    }

    @Test
    void deadCollectorCostsSpansOnly() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        with("http://127.0.0.1:" + port, tracing -> {
            session();
            awaitCounter("spans_dropped_total", 1); // after several tries
            session();
        });
        assertEquals(0, counter("spans_exported_total"));
    }
}
