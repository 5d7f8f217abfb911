package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.it.NeedsGateway;

/** Dedicated channels: one connection to the feed for each page. */
@NeedsGateway
class ChannelDedicatedIT extends WithFeeds {
    private static final String CLIENT = "echo?client=0123456789abcdef-";

    private FakeFeed feed;
    private FakeFeed patient;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        patient = newFeed();
    }

    @Override
    protected String[] options() {
        String fastRetry = ",send=true,mode=dedicated,retry-least=20ms,retry-most=200ms,linger=";
        return new String[] {
            "channel", "echo=" + feed.address() + fastRetry + "1m;;short=" + patient.address() + fastRetry + "100ms"
        };
    }

    @Test
    void pagesReceiveOnlyTheirOwnMessages() throws IOException {
        try (ChannelSocket one = subscribe("echo").awaitOpen()) {
            FeedSocket first = feed.socket();
            try (ChannelSocket two = subscribe("echo").awaitOpen()) {
                FeedSocket second = feed.socket();
                first.count(1, 10);
                second.count(11, 20);
                for (int n = 1; n <= 10; n++) {
                    assertEquals(Map.of("n", n), one.next("message").get("data"));
                    assertEquals(Map.of("n", n + 10), two.next("message").get("data"));
                }
                one.send("{\"type\":\"send\",\"id\":\"1\",\"data\":\"one\"}");
                two.send("{\"type\":\"send\",\"id\":\"2\",\"data\":\"two\"}");
                assertEquals("\"one\"", first.receive().asText());
                assertEquals("\"two\"", second.receive().asText());
                assertEquals("1", one.next("sent").get("id"));
                assertEquals("2", two.next("sent").get("id"));
                assertNotEquals(one.epoch(), two.epoch());
                first.frames().assertExhausted();
            }
        }
    }

    @Test
    void closedTabReleasesFeedConnectionAtOnce() throws IOException {
        ChannelSocket page = subscribe("echo").awaitOpen();
        FeedSocket socket = feed.socket();
        page.leave(1001);

        assertEquals(1000, socket.closing().code());
    }

    @Test
    void lostUnnamedPageReleasesFeedConnectionAtOnce() throws IOException {
        ChannelSocket page = subscribe("echo").awaitOpen();
        FeedSocket socket = feed.socket();
        page.abort();

        assertEquals(1000, socket.closing().code());
    }

    @Test
    void byeOrNormalCloseReleasesFeedConnectionOfNamedPage() throws IOException {
        ChannelSocket left = subscribe(CLIENT + "bye").awaitOpen();
        FeedSocket first = feed.socket();
        left.send("{\"type\":\"bye\"}");
        assertEquals(1000, left.awaitClosing().code());
        assertEquals(1000, first.closing().code());

        ChannelSocket normal = subscribe(CLIENT + "normal").awaitOpen();
        FeedSocket second = feed.socket();
        normal.leave(1000);
        assertEquals(1000, second.closing().code());
    }

    @Test
    void returningPageResumesFeedConnectionWithoutLoss() throws IOException {
        ChannelSocket page = subscribe(CLIENT + "back").awaitOpen();
        FeedSocket socket = feed.socket();
        socket.count(1, 3);
        page.assertCount(1, 3);
        page.leave(1001); // like a page that is reloaded
        socket.count(4, 6);
        int accepted = feed.accepted();
        try (ChannelSocket back = subscribe(CLIENT + "back&after=3&epoch=" + page.epoch())) {
            Map<String, Object> hello = back.next("hello");
            assertEquals(page.epoch(), hello.get("epoch"));
            assertEquals("open", hello.get("state"));
            back.assertCount(4, 6);
            socket.count(7, 8);
            back.assertCount(7, 8);
            assertEquals(accepted, feed.accepted());
            back.send("{\"type\":\"bye\"}");
            assertEquals(1000, socket.closing().code());
        }
    }

    @Test
    void pageReturningTooLateGetsNewEpoch() throws IOException {
        ChannelSocket page = subscribe("short?client=0123456789abcdef-long").awaitOpen();
        FeedSocket socket = patient.socket();
        page.abort();
        assertEquals(1000, socket.closing().code());
        try (ChannelSocket back = subscribe("short?client=0123456789abcdef-long&after=0&epoch=" + page.epoch())) {
            assertNotEquals(page.epoch(), back.next("hello").get("epoch"));
            back.next("gap");
            patient.socket();
        }
    }

    @Test
    void secondConnectionOfPageReplacesFirst() throws IOException {
        try (ChannelSocket half = subscribe(CLIENT + "twice").awaitOpen();
                ChannelSocket back = subscribe(CLIENT + "twice&after=0&epoch=" + half.epoch())) {
            assertEquals(4001, half.awaitClosing().code());
            FeedSocket socket = feed.socket();
            socket.count(1, 1);
            assertEquals("hello", back.next().get("type"));
            back.assertCount(1, 1);
            back.send("{\"type\":\"bye\"}");
            assertEquals(1000, back.awaitClosing().code());
        }
    }
}
