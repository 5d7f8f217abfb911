package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/**
 * During a wave of reconnects, Streamlit gets handshakes only as fast as it answers them, and other requests do not
 * wait.
 */
@NeedsGateway
class HandshakePaceIT extends OnEveryDeployment {
    private static final String STREAM = "Sec-WebSocket-Protocol: streamlit, token";
    private static final Duration LONG = Duration.ofSeconds(60);

    @Override
    protected String[] options() {
        return new String[] {"handshake-timeout", "60s"};
    }

    @Test
    void unansweredHandshakesAreLimited() throws IOException, InterruptedException {
        AtomicInteger unanswered = new AtomicInteger();
        AtomicInteger maxUnanswered = new AtomicInteger();
        Semaphore answers = new Semaphore(0);
        FakeStreamlit.Script slow = exchange -> {
            maxUnanswered.accumulateAndGet(unanswered.incrementAndGet(), Math::max);
            answers.acquireUninterruptibly();
            unanswered.decrementAndGet();
            exchange.acceptWebSocket().awaitClosing();
        };
        fixture.upstream().on(GatewayFixture.streamOf("wave"), slow);
        List<RawWebSocket> wave = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                wave.add(fixture.dial("wave", STREAM));
            }
            fixture.upstream().requests(GatewayFixture.streamOf("wave")).take(LONG);
            try (RawHttp other = fixture.http()) {
                assertEquals(200, other.get(fixture.target("/page-meanwhile")).status());
                assertEquals(
                        204,
                        other.exchangeBody("PUT", fixture.target("/_stcore/upload_file/a/b"), new byte[10])
                                .status());
            }
            answers.release(100);
            for (RawWebSocket socket : wave) {
                socket.assertAccepted(socket.answer());
            }
            assertTrue(maxUnanswered.get() <= 16, "concurrent unanswered handshakes: " + maxUnanswered + " at a time");
        } finally {
            answers.release(1000);
            for (RawWebSocket socket : wave) {
                socket.close();
            }
        }
    }

    @Test
    void disconnectedBrowsersReleaseTheirHandshakeSlots() throws IOException {
        Semaphore answers = new Semaphore(0);
        fixture.upstream().on(GatewayFixture.streamOf("left"), exchange -> {
            answers.acquireUninterruptibly();
            exchange.acceptWebSocket().awaitClosing();
        });
        List<RawWebSocket> first = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                first.add(fixture.dial("left", STREAM));
            }
            fixture.upstream().requests(GatewayFixture.streamOf("left")).take(LONG);
            try (RawWebSocket last = fixture.dial("other", STREAM)) {
                answers.release(40);
                for (RawWebSocket socket : first) {
                    socket.close();
                }
                last.assertAccepted(last.answer());
            }
        } finally {
            answers.release(1000);
        }
    }
}
