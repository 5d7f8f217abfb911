package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.it.NeedsGateway;

/** The feed is down, refuses, goes silent, closes and returns. */
@NeedsGateway
class ChannelOutageIT extends WithFeeds {
    private FakeFeed feed;
    private FakeFeed eager;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        eager = newFeed();
    }

    @Override
    protected String[] options() {
        String fastRetry = ",send=true,linger=20ms,retry-least=600ms,retry-most=1s";
        return new String[] {
            "channel",
            "ticks=" + feed.address() + fastRetry + ";;eager=" + eager.address() + fastRetry + ",eager=true",
            "ping-interval",
            "300ms",
            "pong-timeout",
            "6s", // with less, a busy machine looks like a dead peer
        };
    }

    @Override
    int expectedConnections() {
        return 1; // the connection of the eager feed
    }

    private static void awaitState(ChannelSocket page, String state) throws IOException {
        Map<String, Object> frame = page.next("state");
        while (!frame.get("state").equals(state)) {
            frame = page.next("state");
        }
    }

    @Test
    void eagerFeedIsConnectedWithoutSubscribers() throws IOException {
        FeedSocket socket = eager.socket();
        try (ChannelSocket page = subscribe("eager").awaitOpen()) {
            socket.count(1, 2);
            page.assertCount(1, 2);
        }
        socket.count(3, 3);
        try (ChannelSocket back = subscribe("eager?after=2")) {
            assertEquals("open", back.next("hello").get("state"));
            back.assertCount(3, 3);
        }
        assertEquals(1, eager.accepted());
    }

    @Test
    void feedThatClosesIsReconnectedEachTime() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            for (int i = 1; i <= 5; i++) {
                FeedSocket socket = feed.socket();
                socket.count(i, i);
                page.assertCount(i, i);
                if (i % 2 == 0) {
                    socket.sendClose(1012, "restart");
                } else {
                    socket.reset();
                }
                awaitState(page, "open");
            }
            feed.socket();
        }
    }

    @Test
    void refusingFeedIsRetriedUntilItAccepts() throws IOException {
        feed.refuse("503 Service Unavailable");
        try (ChannelSocket page = subscribe("ticks")) {
            if (!page.next("hello").get("state").equals("reconnecting")) {
                awaitState(page, "reconnecting");
            }
            feed.refuse(null);
            awaitState(page, "open");
            feed.socket().count(1, 1);
            page.assertCount(1, 1);
        }
    }

    @Test
    void feedWithoutPongIsReconnected() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket dead = feed.socket();
            dead.ignorePings();
            Map<String, Object> frame = page.next("state");
            assertEquals("reconnecting", frame.get("state"));
            assertTrue(frame.get("reason").toString().contains("pings"), frame::toString);
            awaitState(page, "open");
            feed.socket().count(1, 1);
            page.assertCount(1, 1);
        }
    }

    @Test
    void pageWithoutPongIsClosed() throws IOException {
        ChannelSocket page = subscribe("ticks").awaitOpen(); // reads nothing from now on, and so answers no pings
        FeedSocket socket = feed.socket();

        assertEquals(1000, socket.closing().code());
        page.close();
    }

    @Test
    void pageThatOnlyAnswersPingsStaysConnected() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket socket = feed.socket();
            var closing = page.raw().answerInBackground();
            assertTrue(page.raw().frames() != null && closing.size() == 0);
            Eventually.untilStill("the page's socket", Duration.ofSeconds(2), closing::size);
            assertEquals(0, closing.size());
            socket.frames().assertExhausted();
        }
    }

    @Test
    void sendsBeyondQueueAreRejectedOnceEach() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            feed.socket();
            feed.stop();
            awaitState(page, "reconnecting");
            for (int i = 0; i < 1200; i++) {
                page.send("{\"type\":\"send\",\"id\":" + i + ",\"data\":" + i + "}");
            }
            int queued = 0;
            for (int i = 0; i < 1200; i++) {
                Map<String, Object> sent = page.next("sent");
                assertEquals(Integer.toString(i), sent.get("id"));
                queued += sent.get("outcome").equals("queued") ? 1 : 0;
            }
            assertEquals(1000, queued);
            page.raw().answerInBackground();
            feed.restart();
            FeedSocket socket = feed.socket();
            for (int i = 0; i < 1000; i++) {
                assertEquals(Integer.toString(i), socket.receive().asText());
            }
            socket.frames().assertExhausted();
        }
    }
}
