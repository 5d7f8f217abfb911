package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.Door;

/** An orderly stop lets go of everything, in the way that each side understands. */
@EveryDoor
@NeedsGateway
class GatewayStopIT {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Parameter
    private Door door;

    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        rig = Rig.start(door);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void openSocketsAreToldAndTheExitCodeIsZero() throws IOException {
        Recorder<Closing> upstream = new Recorder<>("end of the socket upstream");
        rig.upstream()
                .on(
                        Rig.streamOf("stopped"),
                        exchange -> upstream.add(exchange.acceptWebSocket().awaitClosing()));

        try (RawWebSocket socket = rig.open("stopped", PROTOCOL);
                RawHttp idle = rig.http()) {
            assertEquals(200, idle.get(rig.target("/")).status());
            Recorder<Closing> browser = socket.answerInBackground();

            assertEquals(0, rig.gateway().stop(), rig.gateway()::log);

            int code = browser.take().code();
            assertTrue(List.of(1001, 1012).contains(code), "code " + code);
            upstream.take();
        }
    }

    @Test
    void aRunningDownloadIsFinished() throws Exception {
        rig.upstream().on("/running", exchange -> {
            exchange.startChunks("200 OK");
            Pace.every(Duration.ofMillis(100), 20, count -> exchange.chunk("x"));
            exchange.endChunks();
        });

        try (RawHttp client = rig.http()) {
            client.send(client.head("GET", rig.target("/running")));
            BodyReader body = client.body(client.readHead(), "GET");
            body.read(1);
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(rig.gateway()::stop);

            assertEquals(19, body.readAll().length);
            assertEquals(End.COMPLETE, body.end());
            assertEquals(0, code.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void anEndlessDownloadDoesNotKeepItFromStopping() throws IOException {
        rig.upstream().on("/endless", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("first");
            exchange.awaitEnd();
        });

        try (RawHttp client = rig.http()) {
            client.send(client.head("GET", rig.target("/endless")));
            BodyReader body = client.body(client.readHead(), "GET");
            assertEquals(5, body.read(5).length);

            assertEquals(0, rig.gateway().stop(), rig.gateway()::log);

            body.readAll();
            assertTrue(body.end() != End.COMPLETE);
        }
    }

    @Test
    void theSamePortIsTakenAgainAtOnceAndTheSessionGoesOn() throws IOException {
        URI before = rig.uri();
        try (RawWebSocket socket = rig.open("before", PROTOCOL)) {
            Recorder<Closing> browser = socket.answerInBackground();
            rig.gateway().restartOnSamePort();
            browser.take();
        }
        assertEquals(before, rig.uri());
        try (RawWebSocket socket = rig.open("after", PROTOCOL + ", session-1")) {
            socket.frames().send(Frame.text("again"));
            assertEquals(Frame.text("again"), socket.frames().nextMessage());
        }
    }
}
