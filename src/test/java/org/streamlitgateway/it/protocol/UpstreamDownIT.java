package org.streamlitgateway.it.protocol;

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

/** Streamlit is not there, and then it is. */
@NeedsGateway
class UpstreamDownIT extends AtEveryDoor {
    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @BeforeEach
    void streamlitStops() throws IOException {
        rig.upstream().goAway();
    }

    @AfterEach
    void streamlitStarts() throws IOException {
        rig.upstream().comeBack();
    }

    @Test
    void aBrowserThatAsksForAPageGetsTheWaitingPage() throws IOException {
        try (RawHttp client = rig.http()) {
            WaitingPage.assertShown(502, client.get(rig.target("/"), BROWSER));
            WaitingPage.assertShown(502, client.get(rig.target("/page2?a=1"), BROWSER));
        }
    }

    @Test
    void everythingElseGetsOneLine() throws IOException {
        int port = rig.upstream().port();
        try (RawHttp client = rig.http()) {
            WaitingPage.assertOneLine(502, client.get(rig.target("/")), port);
            WaitingPage.assertOneLine(502, client.get(rig.target("/static/app.js"), "Accept: */*"), port);
            WaitingPage.assertOneLine(502, client.get(rig.target("/media/x"), "Accept: application/json"), port);
            WaitingPage.assertOneLine(502, client.exchange("DELETE", rig.target("/x"), BROWSER), port);
            byte[] body = "a=1".getBytes(StandardCharsets.UTF_8);
            WaitingPage.assertOneLine(502, client.exchangeBody("POST", rig.target("/x"), body, BROWSER), port);
        }
    }

    @Test
    void headGetsTheStatusWithoutABody() throws IOException {
        try (RawHttp client = rig.http()) {
            RawResponse response = client.exchange("HEAD", rig.target("/"), BROWSER);

            assertEquals(502, response.status());
            assertEquals(502, client.get(rig.target("/")).status());
        }
    }

    @Test
    void healthFailsWhileStreamlitIsDownAndPassesWhenItIsUp() throws IOException {
        // Behind a 2xx health page whose WebSocket cannot work, a browser loops on a blank page for ever.
        try (RawHttp client = rig.http()) {
            assertEquals(502, client.get(rig.target("/_stcore/health")).status());
            rig.upstream().comeBack();
            RawResponse up = client.get(rig.target("/_stcore/health"));

            assertEquals(200, up.status());
            assertEquals("ok", up.text());
            assertTrue(up.head().one("Set-Cookie").startsWith("_streamlit_xsrf="), up::toString);
        } finally {
            rig.upstream().goAway();
        }
    }

    @Test
    void aStreamlitThatComesBackIsTakenUpAtOnce() throws IOException {
        try (RawHttp client = rig.http()) {
            for (int i = 0; i < 50; i++) {
                assertEquals(502, client.get(rig.target("/")).status());
            }
            rig.upstream().comeBack();

            assertEquals(200, client.get(rig.target("/")).status());
            rig.open("back-at-once", "Sec-WebSocket-Protocol: streamlit").close();
        } finally {
            rig.upstream().goAway();
        }
    }

    @Test
    void aWebSocketToAnUnreachableUpstreamIsA502() throws IOException {
        try (RawWebSocket socket = rig.dial("unreachable")) {
            RawResponse refusal = socket.refusal();

            assertEquals(502, refusal.status());
            assertFalse(refusal.text().contains("xception"), refusal::toString);
        }
    }

    @Test
    void aLargeUploadIsRefusedWithoutWaitingForItsEnd() throws IOException {
        try (RawHttp client = rig.http()) {
            client.send(client.head("PUT", rig.target("/upload"), "Content-Length: 1000000000"))
                    .send(new byte[1000]);

            assertEquals(502, client.readResponse("PUT").status());
        }
    }

    @Test
    void aDownloadThatIsUnderWayIsAbortedWhenStreamlitStops() throws IOException {
        rig.upstream().comeBack();
        rig.upstream().on("/under-way", exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("first");
            exchange.awaitEnd();
        });
        try (RawHttp client = rig.http()) {
            client.send(client.head("GET", rig.target("/under-way")));
            var body = client.body(client.readHead(), "GET");
            assertEquals(5, body.read(5).length);
            rig.upstream().goAway();
            body.readAll();

            assertNotEquals(End.COMPLETE, body.end());
        }
    }

    @Test
    void theAnswerComesAtOnce() throws IOException {
        long start = System.nanoTime();
        try (RawHttp client = rig.http()) {
            assertEquals(502, client.get(rig.target("/")).status());
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(taken.compareTo(Duration.ofMillis(4500)) < 0, taken::toString);
    }
}
