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
    private FakeFeed dedicated;
    private FakeFeed plain;

    @Override
    protected void startFeeds() throws IOException {
        shared = newFeed();
        dedicated = newFeed();
        plain = newFeed();
    }

    @Override
    protected String[] options() {
        String fastRetry = ",linger=20ms,retry-least=20ms,retry-most=200ms";
        return new String[] {
            "channel",
            "shared=" + shared.address() + fastRetry + ",send=true,greeting=" + SUBSCRIBE
                    + ",greeting=second, third;;own=" + dedicated.address() + fastRetry
                    + ",send=true,mode=dedicated;;mute=" + plain.address() + fastRetry
        };
    }

    private static String greeting(String messages) {
        return "{\"type\":\"greeting\",\"messages\":[" + messages + "]}";
    }

    @Test
    void eachConnectionStartsWithConfiguredGreeting() throws IOException {
        try (ChannelSocket page = subscribe("shared").awaitOpen()) {
            FeedSocket first = shared.socket();
            assertEquals(SUBSCRIBE, first.receive().asText());
            assertEquals("second, third", first.receive().asText());
            first.reset();
            page.next("state");
            page.send("{\"type\":\"send\",\"id\":\"1\",\"text\":\"after\"}");
            FeedSocket second = shared.socket();
            assertEquals(SUBSCRIBE, second.receive().asText());
            assertEquals("second, third", second.receive().asText());
            assertEquals("after", second.receive().asText());
            second.frames().assertExhausted();
        }
    }

    @Test
    void greetingsOfPagesAreSentOncePerConnection() throws IOException {
        try (ChannelSocket one = subscribe("shared").awaitOpen();
                ChannelSocket two = subscribe("shared").awaitOpen()) {
            FeedSocket first = shared.socket();
            first.receive();
            first.receive();
            one.send(greeting("{\"text\":\"ticker A\"},{\"base64\":\"AAE=\"}"));
            assertEquals("accepted", one.next("greeting").get("outcome"));
            two.send(greeting("{\"text\":\"ticker A\"},{\"data\":{\"to\": \"B\"}}"));
            assertEquals("accepted", two.next("greeting").get("outcome"));
            assertEquals("ticker A", first.receive().asText());
            assertEquals(Frame.binary(new byte[] {0, 1}), first.receive());
            assertEquals("{\"to\":\"B\"}", first.receive().asText());
            two.send(greeting("{\"data\":{\"to\": \"B\"}}"));
            assertEquals("accepted", two.next("greeting").get("outcome"));
            one.leave(1000);
            first.frames().assertExhausted();
            first.reset();
            FeedSocket second = shared.socket();
            second.receive();
            second.receive();
            assertEquals("{\"to\":\"B\"}", second.receive().asText());
            second.frames().assertExhausted();
        }
    }

    @Test
    void dedicatedFeedIsGreetedAfterEachReconnect() throws IOException {
        try (ChannelSocket page = subscribe("own").awaitOpen()) {
            FeedSocket first = dedicated.socket();
            page.send(greeting("{\"text\":\"me\"}"));
            assertEquals("me", first.receive().asText());
            for (int i = 0; i < 3; i++) {
                first.sendClose(1012, "");
                first = dedicated.socket();
                assertEquals("me", first.receive().asText());
            }
            page.send(greeting(""));
            page.send("{\"type\":\"send\",\"id\":\"1\",\"text\":\"x\"}");
            assertEquals("x", first.receive().asText());
            first.sendClose(1012, "");
            dedicated.socket().frames().assertExhausted();
        }
    }

    @Test
    void greetingWithoutSendPermissionIsRejected() throws IOException {
        try (ChannelSocket page = subscribe("mute").awaitOpen()) {
            page.send(greeting("{\"text\":\"me\"}"));
            assertEquals(
                    "sending to this channel is not allowed",
                    page.next("greeting").get("reason"));
            plain.socket().frames().assertExhausted();
        }
    }

    @Test
    void oversizedGreetingIsRejected() throws IOException {
        try (ChannelSocket page = subscribe("own").awaitOpen()) {
            FeedSocket socket = dedicated.socket();
            page.send(greeting("{\"text\":\"" + "x".repeat(70_000) + "\"}"));
            assertEquals("rejected", page.next("greeting").get("outcome"));
            socket.frames().assertExhausted();
        }
    }
}
