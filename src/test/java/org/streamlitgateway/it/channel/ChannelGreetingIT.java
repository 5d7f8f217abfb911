package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.it.NeedsGateway;

/** Feeds that expect a greeting on each connection. */
@NeedsGateway
class ChannelGreetingIT extends WithFeeds {
    private static final String SUBSCRIBE = "{\"op\":\"subscribe\",\"to\":[\"ACME\",\"HOOLI\"]}";

    private FakeFeed shared;
    private FakeFeed own;
    private FakeFeed plain;

    @Override
    protected void startFeeds() throws IOException {
        shared = newFeed();
        own = newFeed();
        plain = newFeed();
    }

    @Override
    protected String[] options() {
        String quick = ",linger=20ms,retry-least=20ms,retry-most=200ms";
        return new String[] {
            "channel",
            "shared=" + shared.address() + quick + ",send=true,greeting=" + SUBSCRIBE + ",greeting=second, third;;own="
                    + own.address() + quick + ",send=true,mode=dedicated;;mute=" + plain.address() + quick
        };
    }

    private static String greeting(String messages) {
        return "{\"type\":\"greeting\",\"messages\":[" + messages + "]}";
    }

    @Test
    void eachConnectionStartsWithConfiguredGreeting() throws IOException {
        try (ChannelSocket page = subscribe("shared").awaitOpen()) {
            FeedSocket first = shared.socket();
            assertEquals(SUBSCRIBE, first.hear().asText());
            assertEquals("second, third", first.hear().asText());
            first.reset();
            page.next("state");
            page.send("{\"type\":\"send\",\"id\":\"1\",\"text\":\"after\"}");
            FeedSocket second = shared.socket();
            assertEquals(SUBSCRIBE, second.hear().asText());
            assertEquals("second, third", second.hear().asText());
            assertEquals("after", second.hear().asText());
            second.frames().assertExhausted();
        }
    }

    @Test
    void greetingsOfPagesAreSentOncePerConnection() throws IOException {
        try (ChannelSocket one = subscribe("shared").awaitOpen();
                ChannelSocket two = subscribe("shared").awaitOpen()) {
            FeedSocket first = shared.socket();
            first.hear();
            first.hear();
            one.send(greeting("{\"text\":\"ticker A\"},{\"base64\":\"AAE=\"}"));
            assertEquals("accepted", one.next("greeting").get("outcome"));
            two.send(greeting("{\"text\":\"ticker A\"},{\"data\":{\"to\": \"B\"}}"));
            assertEquals("accepted", two.next("greeting").get("outcome"));
            assertEquals("ticker A", first.hear().asText());
            assertEquals(Frame.binary(new byte[] {0, 1}), first.hear());
            assertEquals("{\"to\":\"B\"}", first.hear().asText());
            two.send(greeting("{\"data\":{\"to\": \"B\"}}"));
            assertEquals("accepted", two.next("greeting").get("outcome"));
            one.leave(1000);
            first.frames().assertExhausted();
            first.reset();
            FeedSocket second = shared.socket();
            second.hear();
            second.hear();
            assertEquals("{\"to\":\"B\"}", second.hear().asText());
            second.frames().assertExhausted();
        }
    }

    @Test
    void dedicatedFeedIsGreetedAfterEachReconnect() throws IOException {
        try (ChannelSocket page = subscribe("own").awaitOpen()) {
            FeedSocket first = own.socket();
            page.send(greeting("{\"text\":\"me\"}"));
            assertEquals("me", first.hear().asText());
            for (int i = 0; i < 3; i++) {
                first.hangUp(1012, "");
                first = own.socket();
                assertEquals("me", first.hear().asText());
            }
            page.send(greeting(""));
            page.send("{\"type\":\"send\",\"id\":\"1\",\"text\":\"x\"}");
            assertEquals("x", first.hear().asText());
            first.hangUp(1012, "");
            own.socket().frames().assertExhausted();
        }
    }

    @Test
    void greetingWithoutSendPermissionIsRejected() throws IOException {
        try (ChannelSocket page = subscribe("mute").awaitOpen()) {
            page.send(greeting("{\"text\":\"me\"}"));
            assertEquals("you may not send here", page.next("greeting").get("reason"));
            plain.socket().frames().assertExhausted();
        }
    }

    @Test
    void oversizedGreetingIsRejected() throws IOException {
        try (ChannelSocket page = subscribe("own").awaitOpen()) {
            FeedSocket socket = own.socket();
            page.send(greeting("{\"text\":\"" + "x".repeat(70_000) + "\"}"));
            assertEquals("rejected", page.next("greeting").get("outcome"));
            socket.frames().assertExhausted();
        }
    }
}
