package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.NeedsGateway;

/** Permission to subscribe and to send, and refusals before the feed is contacted. */
@NeedsGateway
class ChannelAccessIT extends WithFeeds {
    private static final String SECRET = "Bearer s3cret, with a comma";

    private FakeFeed feed;
    private FakeFeed headed;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        headed = newFeed();
    }

    @Override
    @AfterParameterizedClassInvocation
    protected void stop() {
        super.stop();
        assertFalse(fixture.gateway().log().contains("s3cret"), "a secret was logged");
    }

    @Override
    protected String[] options() {
        String feedAddress = "=" + feed.address() + "?token=s3cret,linger=10ms,";
        return new String[] {
            "channel",
            "headed=" + headed.address() + "?token=s3cret,header.Authorization=" + SECRET
                    + ",subprotocol=ticks,linger=10ms;;open" + feedAddress + "send=true;;staff" + feedAddress
                    + "users=alice;bob,senders=bob;;mute" + feedAddress + "send=false;;portal" + feedAddress
                    + "origins=https://portal.example",
            "trusted-proxies",
            "127.0.0.1,::1",
            "allowed-origins",
            "https://everywhere.example",
            "log-level",
            "DEBUG"
        };
    }

    private int refused(String channel, String... fieldLines) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.dial(fixture.uri(), ChannelSocket.target(fixture.uri(), channel), fieldLines)) {
            return socket.refusal().status();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "", "open/more", "OPEN", "open%2e", "ws://127.0.0.1:1/"})
    void unknownChannelReturns404WithoutUpstreamConnection(String name) throws IOException {
        int before = feed.accepted();

        assertEquals(404, refused(name));
        assertEquals(before, feed.accepted());
    }

    @Test
    void requestForUnknownChannelIsLogged() throws IOException {
        assertEquals(404, refused("misspelt"));

        Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> fixture.gateway()
                .log()
                .contains("requested unknown channel"));
    }

    @ParameterizedTest
    @CsvSource({
        "open, https://evil.example, 403",
        "open, null, 403",
        "portal, https://everywhere.example, 403",
        "portal, https://portal.example.evil.example, 403",
    })
    void foreignOriginReturns403(String channel, String origin, int status) throws IOException {
        assertEquals(status, refused(channel, "Origin: " + origin));
        assertEquals(
                status,
                post(channel, "{}", "Content-Type: application/json", "Origin: " + origin)
                        .status());
    }

    @Test
    void allowedAndSameOriginsCanSubscribe() throws IOException {
        subscribe("open", "Origin: https://everywhere.example").awaitOpen().close();
        subscribe("portal", "Origin: https://portal.example").awaitOpen().close();
        subscribe("portal", "Origin: http://" + fixture.uri().getAuthority())
                .awaitOpen()
                .close();
    }

    @Test
    void onlyListedUsersCanSubscribe() throws IOException {
        assertEquals(403, refused("staff"));
        assertEquals(403, refused("staff", "X-Forwarded-User: mallory"));
        subscribe("staff", "X-Forwarded-User: alice").awaitOpen().close();
    }

    @Test
    void onlyListedSendersCanSend() throws IOException {
        try (ChannelSocket alice = subscribe("staff", "X-Forwarded-User: alice").awaitOpen();
                ChannelSocket bob = subscribe("staff", "X-Forwarded-User: bob").awaitOpen()) {
            alice.send("{\"type\":\"send\",\"id\":\"1\",\"data\":1}");
            bob.send("{\"type\":\"send\",\"id\":\"2\",\"data\":2}");

            assertEquals("rejected", alice.next("sent").get("outcome"));
            assertEquals("delivered", bob.next("sent").get("outcome"));
        }
        assertEquals(403, post("mute", "{}", "Content-Type: application/json").status());
        try (ChannelSocket plain = ChannelSocket.openPlain(fixture.uri(), "mute")) {
            plain.send("up");
            assertEquals(1008, plain.awaitClosing().code());
        }
    }

    @Test
    void feedGetsConfiguredHeadersAndNoneOfThePage() throws IOException {
        try (ChannelSocket page = ChannelSocket.open(
                        fixture.uri(), "headed", "Cookie: session=private", "Origin: https://everywhere.example")
                .awaitOpen()) {
            FeedSocket socket = headed.socket();
            assertEquals(SECRET, socket.request().one("Authorization"));
            assertEquals("ticks", socket.request().one("Sec-WebSocket-Protocol"));
            assertEquals("/feed?token=s3cret", socket.request().target());
            assertFalse(socket.request().has("Cookie"));
            assertFalse(socket.request().has("Origin"));
            socket.count(1, 1);
            page.assertCount(1, 1);
        }
    }

    @Test
    void formOfOtherSiteCannotPost() throws IOException {
        assertEquals(403, post("open", "{}", "Content-Type: text/plain").status());
        assertEquals(403, post("open", "{}").status());
        assertEquals(
                403,
                post("open", "{}", "Content-Type: application/json", "Sec-Fetch-Site: cross-site")
                        .status());
        assertEquals(
                202,
                post("open", "{}", "Content-Type: text/plain", "X-Requested-With: me")
                        .status());
    }

    @Test
    void invalidHandshakeIsRefused() throws IOException {
        try (RawHttp http = fixture.http()) {
            int status = http.get(ChannelSocket.target(fixture.uri(), "open"), "Upgrade: websocket")
                    .status();
            assertEquals(400, status);
        }
        try (RawHttp http = fixture.http()) {
            int status = http.get(ChannelSocket.target(fixture.uri(), "open")).status();
            assertTrue(status >= 400 && status < 500, "status " + status);
        }
    }
}
