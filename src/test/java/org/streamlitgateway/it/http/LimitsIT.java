package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawHttp2;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Limits on one client's share of common resources, and the responses beyond them. */
@NeedsGateway
class LimitsIT extends OnEveryDeployment {
    private static final String OFFER = "Sec-WebSocket-Protocol: streamlit";

    @Override
    protected String[] options() {
        return new String[] {
            "trusted-proxies", "127.0.0.1",
            "max-uploads-per-client", "3",
            "max-sessions-per-client", "2",
            "head-timeout", "2s",
        };
    }

    private RawHttp upload(String client, String test) throws IOException {
        RawHttp http = fixture.http();
        return http.send(http.head(
                        "POST",
                        fixture.target("/echo-body?" + test),
                        "X-Forwarded-For: 198.51.100.1, " + client,
                        "Content-Length: 5"))
                .send("h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
    void uploadOverLimitReturns429UntilAnotherEnds(String client) throws IOException {
        List<RawHttp> uploads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            uploads.add(upload(client, "many"));
            fixture.upstream().requests("/echo-body?many").take();
        }
        try (RawHttp further = upload(client.replace("::1", "::2"), "further")) {
            RawResponse refusal = further.readResponse("POST");

            assertEquals(429, refusal.status());
            assertTrue(Integer.parseInt(refusal.head().one("Retry-After")) > 0);
            assertTrue(refusal.head().lists("Connection", "close"), refusal::toString);
        }
        try (RawHttp other = upload("192.0.2.99", "other")) {
            assertEquals(200, other.send("ello").readResponse("POST").status(), "another client has its own quota");
        }
        for (RawHttp upload : uploads) {
            assertEquals(200, upload.send("ello").readResponse("POST").status());
            upload.close();
        }
        try (RawHttp next = upload(client, "next")) {
            assertEquals(200, next.send("ello").readResponse("POST").status());
        }
        Eventually.until("one log line for the limit", () -> overLimit("max-uploads-per-client") == 1);
    }

    private long overLimit(String setting) {
        return fixture.gateway()
                .log()
                .lines()
                .filter(line -> line.contains("over " + setting))
                .count();
    }

    @Test
    void uploadOfLostClientIsReleased() throws IOException {
        for (int i = 0; i < 3; i++) {
            RawHttp upload = upload("192.0.2.2", "left");
            fixture.upstream().requests("/echo-body?left").take();
            upload.reset();
        }
        Eventually.until("a slot is free again", () -> {
            try (RawHttp next = upload("192.0.2.2", "after")) {
                return next.send("ello").readResponse("POST").status() == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void sessionOverLimitReturns503UntilAnotherEnds() throws IOException {
        String client = "X-Forwarded-For: 192.0.2.3";
        RawWebSocket first = fixture.open("session", OFFER, client);
        RawWebSocket second = fixture.open("session", OFFER, client);
        try (RawWebSocket third = fixture.dial("session", OFFER, client)) {
            RawResponse refusal = third.refusal();

            assertEquals(503, refusal.status());
            assertTrue(Integer.parseInt(refusal.head().one("Retry-After")) > 0);
        }
        fixture.open("session", OFFER, "X-Forwarded-For: 192.0.2.4").close();
        first.close();
        Eventually.until("a slot is free again", () -> opens(client));
        second.close();
    }

    @Test
    void refusedHandshakesAreNotCounted() throws IOException {
        String client = "X-Forwarded-For: 192.0.2.5";
        fixture.upstream().on(GatewayFixture.streamOf("refuses"), exchange -> exchange.reply("403 Forbidden", "no"));
        for (int i = 0; i < 5; i++) {
            try (RawWebSocket refused = fixture.dial("refuses", OFFER, client)) {
                assertEquals(403, refused.refusal().status());
            }
        }
        fixture.open("session", OFFER, client).close();
    }

    private boolean opens(String client) {
        try (RawWebSocket next = fixture.dial("session", OFFER, client)) {
            return next.answer().status() == 101;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void tricklingBodyReturns408() throws IOException {
        try (RawHttp slow = upload("192.0.2.6", "slow")) {
            assertEquals(408, slow.readResponse("POST").status());
            assertTrue(Set.of(End.FIN, End.RESET).contains(slow.awaitEnd()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GE", "GET / HTTP/1.1\r\nHost: a\r\nX-", "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /"})
    void incompleteHeadClosesConnectionAfterTimeout(String beginning) throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (RawHttp slow = fixture.http()) {
            slow.send(beginning);

            assertEquals(End.FIN, slow.awaitEnd());
        }
    }

    @Test
    void idleHttp2ConnectionIsClosedAfterTimeout() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (RawHttp slow = fixture.http()) {
            slow.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0\0\0\u0010\u0001\0\0\0\0\u0001");

            assertEquals(End.FIN, slow.awaitEnd());
        }
    }

    @Test
    void connectionsPerAddressAreLimited() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (GatewayFixture limited = GatewayFixture.start(deployment, "max-connections-per-address", "5")) {
            assertNextIsRefused(limited, 5);
        }
    }

    @Test
    void totalConnectionsAreLimited() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (GatewayFixture limited =
                GatewayFixture.start(deployment, "max-connections", "5", "trusted-proxies", "127.0.0.0/8")) {
            assertNextIsRefused(limited, 5);
        }
    }

    @Test
    void connectionsOfTrustedProxyAreUnlimited() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (GatewayFixture limited = GatewayFixture.start(
                deployment, "max-connections-per-address", "5", "trusted-proxies", "127.0.0.0/8")) {
            List<RawHttp> open = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                RawHttp http = limited.http();
                assertEquals(200, http.get(limited.target("/bytes/1")).status());
                open.add(http);
            }
            for (RawHttp http : open) {
                http.close();
            }
        }
    }

    private static void assertNextIsRefused(GatewayFixture limited, int max) throws IOException {
        List<RawHttp> open = new ArrayList<>();
        for (int i = 0; i < max; i++) {
            RawHttp http = limited.http();
            assertEquals(200, http.get(limited.target("/bytes/1")).status());
            open.add(http);
        }
        try (RawHttp further = limited.http()) {
            assertTrue(Set.of(End.FIN, End.RESET).contains(further.awaitEnd()));
        }
        for (RawHttp http : open) {
            http.close();
        }
        AtomicInteger status = new AtomicInteger();
        Eventually.until("a slot is free again", () -> {
            try (RawHttp next = limited.http()) {
                status.set(next.get(limited.target("/bytes/1")).status());
            } catch (IOException | AssertionError e) {
                status.set(0);
            }
            return status.get() == 200;
        });
    }

    @Test
    void cancelledPageLoadsKeepConnectionOpen() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (RawHttp2 browser = RawHttp2.connect(fixture.uri())) {
            for (int i = 0; i < 330; i++) { // three reloads of a page with 110 requests
                browser.send(true, ":method", "GET", ":scheme", "http", ":path", "/bytes/1");
                browser.reset();
            }
            browser.send(true, ":method", "GET", ":scheme", "http", ":path", "/bytes/7");

            assertEquals(7, browser.readBody().length);
        }
    }

    @Test
    void unreadUploadsDoNotBlockOthers() throws IOException {
        assumeTrue(deployment.embedded(), "a container has its own setting");
        try (RawHttp2 browser = RawHttp2.connect(fixture.uri())) {
            Signal over = new Signal("the end of the test");
            fixture.upstream().on("/stalled", exchange -> over.await());
            byte[] piece = new byte[16 * 1024];
            for (int upload = 0; upload < 6; upload++) {
                // the window of a stream: 256 KiB; does not wait for Streamlit's response
                browser.send(
                        false,
                        ":method",
                        "POST",
                        ":scheme",
                        "http",
                        ":path",
                        "/stalled",
                        "x-forwarded-for",
                        "192.0.2.1" + upload);
                for (int i = 0; i < 16; i++) {
                    browser.data(piece, false);
                }
            }
            browser.send(false, ":method", "POST", ":scheme", "http", ":path", "/echo-body");
            browser.data(piece, true);

            assertEquals(piece.length, browser.readBody().length);
            over.fire();
        }
    }
}
