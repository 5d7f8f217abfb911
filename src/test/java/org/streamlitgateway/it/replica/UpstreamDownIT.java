package org.streamlitgateway.it.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;
import org.streamlitgateway.it.process.WaitingPageChecks;

/** Streamlit is down, and comes back. */
@NeedsGateway
class UpstreamDownIT extends OnEveryDeployment {
    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @BeforeEach
    void streamlitStops() throws IOException {
        fixture.upstream().stop();
    }

    @AfterEach
    void streamlitStarts() throws IOException {
        fixture.upstream().restart();
    }

    @Test
    void browserGetsWaitingPage() throws IOException {
        try (RawHttp client = fixture.http()) {
            WaitingPageChecks.assertShown(502, client.get(fixture.target("/"), BROWSER));
            WaitingPageChecks.assertShown(502, client.get(fixture.target("/page2?a=1"), BROWSER));
        }
    }

    @Test
    void otherRequestsGetOneLine() throws IOException {
        int port = fixture.upstream().port();
        try (RawHttp client = fixture.http()) {
            WaitingPageChecks.assertOneLine(502, client.get(fixture.target("/")), port);
            WaitingPageChecks.assertOneLine(502, client.get(fixture.target("/static/app.js"), "Accept: */*"), port);
            WaitingPageChecks.assertOneLine(
                    502, client.get(fixture.target("/media/x"), "Accept: application/json"), port);
            WaitingPageChecks.assertOneLine(502, client.exchange("DELETE", fixture.target("/x"), BROWSER), port);
            byte[] body = "a=1".getBytes(StandardCharsets.UTF_8);
            WaitingPageChecks.assertOneLine(
                    502, client.exchangeBody("POST", fixture.target("/x"), body, BROWSER), port);
        }
    }

    @Test
    void headReturnsStatusWithoutBody() throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse response = client.exchange("HEAD", fixture.target("/"), BROWSER);

            assertEquals(502, response.status());
            assertEquals(502, client.get(fixture.target("/")).status());
        }
    }

    @Test
    void healthFailsWhileStreamlitIsDown() throws IOException {
        // If the health check passed while the WebSocket cannot work, the browser would reload a blank page forever.
        try (RawHttp client = fixture.http()) {
            assertEquals(502, client.get(fixture.target("/_stcore/health")).status());
            fixture.upstream().restart();
            RawResponse up = client.get(fixture.target("/_stcore/health"));

            assertEquals(200, up.status());
            assertEquals("ok", up.text());
            assertTrue(up.head().one("Set-Cookie").startsWith("_streamlit_xsrf="), up::toString);
        } finally {
            fixture.upstream().stop();
        }
    }

    @Test
    void returningStreamlitIsUsedAtOnce() throws IOException {
        try (RawHttp client = fixture.http()) {
            for (int i = 0; i < 50; i++) {
                assertEquals(502, client.get(fixture.target("/")).status());
            }
            fixture.upstream().restart();

            assertEquals(200, client.get(fixture.target("/")).status());
            fixture.open("back-at-once", "Sec-WebSocket-Protocol: streamlit").close();
        } finally {
            fixture.upstream().stop();
        }
    }

    @Test
    void webSocketToUnreachableUpstreamReturns502() throws IOException {
        try (RawWebSocket socket = fixture.dial("unreachable")) {
            RawResponse refusal = socket.refusal();

            assertEquals(502, refusal.status());
            assertFalse(refusal.text().contains("xception"), refusal::toString);
        }
    }

    @Test
    void largeUploadIsRefusedBeforeItEnds() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/upload"), "Content-Length: 1000000000"))
                    .send(new byte[1000]);

            assertEquals(502, client.readResponse("PUT").status());
        }
    }

    @Test
    void downloadIsAbortedWhenStreamlitStops() throws IOException {
        fixture.upstream().restart();
        fixture.upstream().on("/under-way", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("first");
            exchange.awaitEnd();
        });
        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/under-way")));
            var body = client.body(client.readHead(), "GET");
            assertEquals(5, body.read(5).length);
            fixture.upstream().stop();
            body.readAll();

            assertNotEquals(End.COMPLETE, body.end());
        }
    }

    @Test
    void errorIsReturnedAtOnce() throws IOException {
        long start = System.nanoTime();
        try (RawHttp client = fixture.http()) {
            assertEquals(502, client.get(fixture.target("/")).status());
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(elapsed.compareTo(Duration.ofMillis(4500)) < 0, elapsed::toString);
    }
}
