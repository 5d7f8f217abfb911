package org.streamlitgateway.it.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** An orderly stop closes every connection in the way its peer expects. */
@EveryDeployment
@NeedsGateway
class GatewayStopIT {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";
    private static final Duration CLOSE_SPREAD = Duration.ofSeconds(2);

    @Parameter
    private Deployment deployment;

    private GatewayFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = GatewayFixture.start(deployment);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void openSocketsAreClosedAndExitCodeIsZero() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end of the socket upstream");
        fixture.upstream()
                .on(
                        GatewayFixture.streamOf("stopped"),
                        exchange -> upstream.add(exchange.acceptWebSocket().awaitClosing()));

        try (RawWebSocket socket = fixture.open("stopped", PROTOCOL);
                RawHttp idle = fixture.http()) {
            assertEquals(200, idle.get(fixture.target("/")).status());
            Recorder<Closing> browser = socket.answerInBackground();

            assertEquals(0, fixture.gateway().stop(), fixture.gateway()::log);

            int code = browser.take().code();
            assertTrue(List.of(1001, 1012).contains(code), "code " + code);
            upstream.take();
        }
    }

    @Test
    void runningDownloadCompletes() throws Exception {
        fixture.upstream().on("/running", exchange -> {
            exchange.startChunks("200 OK");
            Pace.every(Duration.ofMillis(100), 20, count -> exchange.chunk("x"));
            exchange.endChunks();
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/running")));
            BodyReader body = client.body(client.readHead(), "GET");
            body.read(1);
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(fixture.gateway()::stop);

            assertEquals(19, body.readAll().length);
            assertEquals(End.COMPLETE, body.end());
            assertEquals(0, code.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void downloadOfCachedAssetCompletes() throws Exception {
        int length = 7_000_000; // more than the system buffers by itself
        String target = "/static/media/large.Abcdefgh1.bin";
        fixture.upstream()
                .on(
                        target,
                        exchange ->
                                exchange.replyPattern(length, "cache-control: public, immutable, max-age=31536000"));

        try (RawHttp first = fixture.http();
                RawHttp second = fixture.http()) {
            BodyReader recorded = begin(first, target);
            BodyReader kept = begin(second, target);
            assertEquals(1, fixture.upstream().requests(target).size());
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(fixture.gateway()::stop);

            Pace.every(Duration.ofMillis(100), 20, count -> {
                recorded.read(10_000);
                kept.read(10_000);
            });
            assertEquals(length - 200_001, recorded.readAll().length);
            assertEquals(length - 200_001, kept.readAll().length);
            assertEquals(0, code.get(30, TimeUnit.SECONDS));
        }
    }

    /** Starts the download and returns when the first byte has arrived. */
    private BodyReader begin(RawHttp client, String target) throws IOException {
        client.send(client.head("GET", fixture.target(target)));
        BodyReader body = client.body(client.readHead(), "GET");
        assertEquals(1, body.read(1).length);
        return body;
    }

    @Test
    void requestDuringStopIsRefusedWithConnectionClose() throws Exception {
        assumeTrue(deployment.embedded(), "a container accepts no requests by then");
        Signal refused = new Signal("a request was refused");
        fixture.upstream().on("/running", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("x");
            refused.await();
            exchange.endChunks();
        });

        try (RawHttp client = fixture.http();
                RawHttp kept = fixture.http();
                RawWebSocket socket = fixture.open("refused", PROTOCOL)) {
            assertEquals(200, kept.get(fixture.target("/")).status());
            BodyReader running = begin(client, "/running");
            Recorder<Closing> browser = socket.answerInBackground();
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(fixture.gateway()::stop);
            browser.take(); // the refusals start here

            RawResponse answer = kept.get(fixture.target("/_stcore/health"));
            assertEquals(503, answer.status());
            assertTrue(answer.head().lists("Connection", "close"), answer::toString);
            assertEquals(End.FIN, kept.awaitEnd());
            refused.fire();
            running.readAll();
            assertEquals(0, code.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void socketCloseIsSpreadEvenlyOverStopTime() throws Exception {
        int count = 5;
        List<RawWebSocket> sockets = new ArrayList<>();
        List<Recorder<Closing>> browsers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                RawWebSocket socket = fixture.open("spread-" + i, PROTOCOL);
                sockets.add(socket);
                browsers.add(socket.answerInBackground());
            }
            long start = System.nanoTime();
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(fixture.gateway()::stop);

            for (int i = 0; i < count; i++) {
                int next = i + 1;
                Eventually.until("close " + next, () -> closed(browsers) >= next);
                Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
                Duration minExpected = CLOSE_SPREAD.multipliedBy(i).dividedBy(count);
                assertTrue(elapsed.compareTo(minExpected) >= 0, "close " + next + " came after " + elapsed);
                assertTrue(i > 0 || closed(browsers) < count, "all closed at once, after " + elapsed);
            }
            for (Recorder<Closing> browser : browsers) {
                assertEquals(1012, browser.take().code());
            }
            assertEquals(0, code.get(30, TimeUnit.SECONDS));
        } finally {
            for (RawWebSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static long closed(List<Recorder<Closing>> browsers) {
        return browsers.stream().filter(browser -> browser.size() > 0).count();
    }

    @Test
    void endlessDownloadDoesNotPreventStop() throws IOException {
        fixture.upstream().on("/endless", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("first");
            exchange.awaitEnd();
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/endless")));
            BodyReader body = client.body(client.readHead(), "GET");
            assertEquals(5, body.read(5).length);

            assertEquals(0, fixture.gateway().stop(), fixture.gateway()::log);

            body.readAll();
            assertTrue(body.end() != End.COMPLETE);
        }
    }

    @Test
    void restartOnSamePortResumesSession() throws IOException {
        URI before = fixture.uri();
        try (RawWebSocket socket = fixture.open("before", PROTOCOL)) {
            Recorder<Closing> browser = socket.answerInBackground();
            fixture.gateway().restartOnSamePort();
            browser.take();
        }
        assertEquals(before, fixture.uri());
        try (RawWebSocket socket = fixture.open("after", PROTOCOL + ", session-1")) {
            socket.frames().send(Frame.text("again"));
            assertEquals(Frame.text("again"), socket.frames().nextMessage());
        }
    }
}
