package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Ten thousand sockets are opened and end in every possible way; no thread, socket or memory remains. */
@NeedsGateway
class WebSocketLeakIT extends OnEveryDeployment {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";
    private static final int WAVE = 200;
    private static final int WAVES = 50;

    /** Allows for two hundred concurrent handshakes on a cold JVM. */
    @Override
    protected String[] options() {
        return new String[] {"handshake-timeout", "60s", "connect-timeout", "20s"};
    }

    @Override
    @BeforeParameterizedClassInvocation
    protected void start() throws IOException {
        super.start();
        // Upstream ends every second socket itself, on request.
        fixture.upstream().on(GatewayFixture.streamOf("upstream-kills"), exchange -> {
            var frames = exchange.acceptWebSocket();
            if (frames.nextData().asText().equals("fin")) {
                frames.close();
            } else {
                frames.reset();
            }
        });
    }

    @Test
    void tenThousandEndedSocketsLeakNoThreadsDescriptorsOrMemory() throws IOException {
        ProcessProbe gateway = new ProcessProbe(fixture.gateway().pid());
        // The pools reach their full size after this many waves.
        for (int wave = 0; wave < 5; wave++) {
            openAndKill(wave);
        }
        awaitNoneOpenUpstream();
        long threads = gateway.threads();
        long descriptors = gateway.descriptors();

        for (int wave = 0; wave < WAVES; wave++) {
            openAndKill(wave);
        }
        awaitNoneOpenUpstream();

        Eventually.until(
                () -> "descriptors " + descriptors + " -> " + gateway.descriptors(),
                Eventually.LIMIT,
                () -> gateway.descriptors() <= descriptors + 20);
        Eventually.until(
                () -> "threads " + threads + " -> " + gateway.threads(),
                Eventually.LIMIT,
                () -> gateway.threads() <= Math.max(threads + 20, containerThreads()));
        assertTrue(gateway.residentMebibytes() < 500, "resident MiB: " + gateway.residentMebibytes());
        try (RawWebSocket socket = fixture.open("afterwards", PROTOCOL)) {
            socket.frames().send(Frame.text("still works"));
            assertEquals(Frame.text("still works"), socket.frames().nextMessage());
        }
    }

    /** Returns the size to which a container may grow its thread pool: 200 in Tomcat. */
    private int containerThreads() {
        return deployment.embedded() ? 0 : 300;
    }

    private void awaitNoneOpenUpstream() {
        Eventually.until(
                () -> fixture.upstream().openConnections() + " sockets are still open upstream",
                Eventually.LIMIT.plus(Duration.ofSeconds(15)),
                () -> fixture.upstream().openConnections() == 0);
    }

    /** Ends half of the sockets from the browser (RST, FIN, close frame) and half from upstream (RST, FIN). */
    private void openAndKill(int wave) throws IOException {
        List<RawWebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < WAVE; i++) {
            sockets.add(RawWebSocket.dial(
                    fixture.uri(),
                    fixture.target(GatewayFixture.streamOf(i % 2 == 0 ? "browser-kills" : "upstream-kills")),
                    PROTOCOL));
        }
        for (int i = 0; i < WAVE; i++) {
            RawWebSocket socket = sockets.get(i);
            socket.assertAccepted(socket.answer());
            if (i % 2 == 1) {
                socket.frames().send(Frame.text(i % 4 == 1 ? "fin" : "reset"));
            } else {
                socket.frames().send(Frame.text("wave " + wave));
            }
        }
        for (int i = 0; i < WAVE; i++) {
            try (RawWebSocket socket = sockets.get(i)) {
                if (i % 2 == 1) {
                    socket.frames().awaitClosing();
                } else if (i % 3 == 0) {
                    socket.reset();
                } else if (i % 3 == 1) {
                    socket.frames().sendClose(1001, "");
                }
            }
        }
    }
}
