package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.it.NeedsGateway;

/** Shared channels: many pages, one connection to the feed. */
@NeedsGateway
class ChannelSharedIT extends WithFeeds {
    private static final String FAST_RETRY = ",send=true,linger=50ms,retry-least=20ms,retry-most=200ms";

    private FakeFeed feed;
    private FakeFeed small;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        small = newFeed();
    }

    @Override
    protected String[] options() {
        return new String[] {
            "channel",
            "ticks=" + feed.address() + FAST_RETRY + ";;small=" + small.address() + FAST_RETRY
                    + ",history=10,outbox=10",
            "context-path",
            "/tools/app"
        };
    }

    @Override
    @BeforeEach
    @AfterEach
    void noConnectionRemains() {
        super.noConnectionRemains();
        assertEquals(0, feed.sockets().size(), "feed connections that no test expected");
    }

    @Test
    void fiftyPagesShareOneFeedConnection() throws IOException {
        List<ChannelSocket> pages = new ArrayList<>();
        int before = feed.accepted();
        for (int i = 0; i < 50; i++) {
            pages.add(subscribe("ticks").awaitOpen());
        }
        feed.socket().count(1, 20);
        for (ChannelSocket page : pages) {
            page.assertCount(1, 20);
        }

        assertEquals(1, feed.accepted() - before);
        for (ChannelSocket page : pages) {
            page.close();
        }
    }

    @Test
    void burstOfTenThousandArrivesCompleteAndInOrder() throws IOException {
        try (ChannelSocket one = subscribe("ticks").awaitOpen();
                ChannelSocket two = subscribe("ticks").awaitOpen()) {
            feed.socket().count(1, 10_000);

            one.assertCount(1, 10_000);
            two.assertCount(1, 10_000);
        }
    }

    @Test
    void jsonIsForwardedCharacterForCharacter() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket socket = feed.socket();
            socket.send("{ \"price\" : 1.50, \"big\":12345678901234567890.10,\n\"ü\":\"\\u00fc\" }")
                    .send("not {json}")
                    .send("\"a string\"")
                    .send("{\"a\":1} trailing")
                    .send(Frame.binary(new byte[] {0, 1, 2, -1}));

            String first = page.raw().frames().nextMessage().asText();
            while (first.contains("\"state\"")) {
                first = page.raw().frames().nextMessage().asText();
            }
            assertTrue(
                    first.endsWith(
                            ",\"data\":{ \"price\" : 1.50, \"big\":12345678901234567890.10,\n\"ü\":\"\\u00fc\" }}"),
                    first);
            assertEquals("not {json}", page.next("message").get("text"));
            assertEquals("a string", page.next("message").get("data"));
            assertEquals("{\"a\":1} trailing", page.next("message").get("text"));
            assertEquals("AAEC/w==", page.next("message").get("base64"));
        }
    }

    @Test
    void returningPageGetsMissedMessagesOnce() throws IOException {
        String epoch;
        long last;
        FeedSocket socket;
        try (ChannelSocket other = subscribe("ticks").awaitOpen()) {
            socket = feed.socket();
            try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
                epoch = page.epoch();
                socket.count(1, 5);
                page.assertCount(1, 4);
                last = ((Number) page.next("message").get("seq")).longValue();
            }
            socket.count(6, 300);
            other.assertCount(1, 300); // puts all of them into the history
            try (ChannelSocket back = subscribe("ticks?epoch=" + epoch + "&after=" + last)) {
                Map<String, Object> hello = back.next("hello");
                assertEquals(last, ((Number) hello.get("seq")).longValue());
                assertEquals(epoch, hello.get("epoch"));
                back.assertCount(6, 300);
                socket.count(301, 310);
                back.assertCount(301, 310);
            }
        }
    }

    @Test
    void messagesNoLongerInHistoryAreReportedAsGap() throws IOException {
        try (ChannelSocket other = subscribe("small").awaitOpen()) {
            FeedSocket socket = small.socket();
            long before;
            String epoch;
            try (ChannelSocket page = subscribe("small").awaitOpen()) {
                epoch = page.epoch();
                socket.count(1, 1);
                before = ((Number) page.next("message").get("seq")).longValue();
            }
            other.assertCount(1, 1);
            for (int n = 2; n <= 31; n++) { // one by one, as the other page's outbox is small
                socket.count(n, n);
                other.assertCount(n, n);
            }
            try (ChannelSocket back = subscribe("small?epoch=" + epoch + "&after=" + before)) {
                back.next("hello");
                Map<String, Object> gap = back.next("gap");
                assertEquals(before + 1, ((Number) gap.get("from")).longValue());
                assertEquals(before + 20, ((Number) gap.get("to")).longValue());
                assertEquals(20, gap.get("count"));
                back.assertCount(22, 31);
            }
        }
    }

    @Test
    void cursorOfOtherEpochIsReportedAsUnknownGap() throws IOException {
        try (ChannelSocket other = subscribe("small").awaitOpen()) {
            small.socket().count(1, 3);
            other.assertCount(1, 3);
            try (ChannelSocket back = subscribe("small?epoch=0123456789abcdef&after=7")) {
                assertNotEquals("0123456789abcdef", back.next("hello").get("epoch"));
                Map<String, Object> gap = back.next("gap");
                assertNull(gap.get("count"));
                assertTrue(!gap.containsKey("from"), gap::toString);
                int first = back.nextNumber();
                while (first != 1) { // skips messages that earlier tests left in the history
                    first = back.nextNumber();
                }
                back.assertCount(2, 3);
            }
        }
    }

    @Test
    void feedOutageIsReportedAndSurvived() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            feed.socket().count(1, 1);
            page.assertCount(1, 1);

            feed.stop();
            try {
                assertEquals("reconnecting", page.next("state").get("state"));
                page.send("{\"type\":\"send\",\"id\":\"while-down\",\"data\":{\"op\":1}}");
                Map<String, Object> sent = page.next("sent");
                assertEquals("while-down", sent.get("id"));
                assertEquals("queued", sent.get("outcome"));
            } finally {
                feed.restart();
            }

            FeedSocket again = feed.socket();
            assertEquals("{\"op\":1}", again.receive().asText());
            again.count(2, 3);
            Map<String, Object> frame = page.next();
            while (frame.get("type").equals("state")) {
                frame = page.next();
            }
            assertEquals(Map.of("n", 2), frame.get("data"));
            page.assertCount(3, 3);
        }
    }

    @Test
    void sendsReachFeedOnceAndInOrder() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket socket = feed.socket();
            for (int i = 0; i < 500; i++) {
                page.send("{\"type\":\"send\",\"id\":\"c" + i + "\",\"data\":{ \"i\": " + i + ", \"x\":1.10}}");
            }
            page.send("{\"id\":\"t\",\"text\":\"plain \\\"text\\\"\",\"type\":\"send\"}");
            page.send("{\"type\":\"send\",\"id\":\"b\",\"base64\":\"AAEC\"}");

            for (int i = 0; i < 500; i++) {
                assertEquals("{\"i\":" + i + ",\"x\":1.10}", socket.receive().asText());
            }
            assertEquals(Frame.text("plain \"text\""), socket.receive());
            assertEquals(Frame.binary(new byte[] {0, 1, 2}), socket.receive());
            for (int i = 0; i < 500; i++) {
                Map<String, Object> sent = page.next("sent");
                assertEquals("c" + i, sent.get("id"));
                assertEquals("delivered", sent.get("outcome"));
            }
            assertEquals("t", page.next("sent").get("id"));
            assertEquals("b", page.next("sent").get("id"));
            socket.frames().assertExhausted();
        }
    }

    @Test
    void invalidProtocolMessageClosesConnection() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            feed.socket();
            page.send("hello?");

            assertEquals(1008, page.awaitClosing().code());
        }
    }

    @Test
    void unknownTypesAndAcknowledgementsAreIgnored() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket socket = feed.socket();
            page.send("{\"type\":\"ack\",\"seq\":1}");
            page.send("{\"type\":\"of-a-later-version\",\"data\":{}}");
            page.send("{\"type\":\"send\",\"id\":\"1\",\"data\":null}");

            assertEquals("null", socket.receive().asText());
            assertEquals("delivered", page.next("sent").get("outcome"));
        }
    }

    @Test
    void framesWithoutProtocolAreForwardedUnchanged() throws IOException {
        try (ChannelSocket plain = ChannelSocket.openPlain(fixture.uri(), "ticks")) {
            FeedSocket socket = feed.socket();
            socket.send("any text").send(Frame.binary(new byte[] {7, 8}));
            assertEquals(Frame.text("any text"), plain.nextFrame());
            assertEquals(Frame.binary(new byte[] {7, 8}), plain.nextFrame());

            plain.raw().frames().send(Frame.text("up"));
            plain.raw().frames().send(Frame.binary(new byte[] {9}));
            assertEquals(Frame.text("up"), socket.receive());
            assertEquals(Frame.binary(new byte[] {9}), socket.receive());
        }
    }

    @Test
    void restartedGatewayHasNewEpoch() throws IOException {
        String epoch;
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            epoch = page.epoch();
            feed.socket().count(1, 3);
            page.assertCount(1, 3);

            fixture.gateway().restartOnSamePort();
            assertEquals(1012, page.awaitClosing().code());
        }
        try (ChannelSocket back = subscribe("ticks?epoch=" + epoch + "&after=3")) {
            assertNotEquals(epoch, back.next("hello").get("epoch"));
            assertNull(back.next("gap").get("count"));
            feed.socket().count(4, 4);
            assertEquals(4, back.nextNumber());
        }
    }
}
