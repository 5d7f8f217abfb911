package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;

/** The container is stopped while visitors use the app. */
@EveryContainer
class ServerStopIT {
    private static final int SERVICE_RESTART = 1012;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Parameter
    private ContainerDeployment deployment;

    private FakeStreamlit upstream;
    private RunningContainer container;

    @BeforeEach
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        container = deployment.start(new ContainerSetup()
                .parameter("streamlit-host", "127.0.0.1")
                .parameter("streamlit-port", upstream.port()));
    }

    @AfterEach
    void stop() {
        container.close();
        upstream.close();
    }

    @Test
    void sessionsAreClosedForReconnect() throws IOException {
        try (RawWebSocket socket = RawWebSocket.open(container.uri(), "/_stcore/stream")) {
            socket.frames().send(Frame.text("hello")); // Tomcat opens a session only after the 101 has been sent
            assertEquals(Frame.text("hello"), socket.frames().nextMessage());
            Recorder<Closing> closing = socket.answerInBackground();

            container.stop();

            assertEquals(SERVICE_RESTART, closing.take(LIMIT).code());
        }
    }

    @Test
    void runningDownloadCompletes() throws IOException {
        Recorder<String> begun = new Recorder<>("beginning of the stop");
        upstream.on("/running", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("begun ");
            begun.take();
            exchange.chunk("ended");
            exchange.endChunks();
        });
        try (RawWebSocket socket = RawWebSocket.open(container.uri(), "/_stcore/stream");
                RawHttp http = RawHttp.connect(container.uri())) {
            http.send(http.head("GET", "/running"));
            BodyReader body = http.body(http.readHead(), "GET");
            body.read(1);

            CompletableFuture<Integer> stopped = CompletableFuture.supplyAsync(container::stop);
            socket.frames().awaitClosing();
            begun.add("yes");

            assertEquals("egun ended", new String(body.readAll(), StandardCharsets.US_ASCII));
            assertEquals(End.COMPLETE, body.end());
            stopped.join();
        }
    }
}
