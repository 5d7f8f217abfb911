package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.it.NeedsGateway;

/** One subscriber reads nothing: its treatment by the channel, and the isolation of the others. */
@NeedsGateway
class ChannelSlowIT extends WithFeeds {
    private static final String FILLER = "x".repeat(20_000);
    /** More messages than the kernel's buffers and the outbox can hold together. */
    private static final int MANY = 2000;

    private FakeFeed disconnect;
    private FakeFeed dropOldest;
    private FakeFeed latest;

    @Override
    protected void startFeeds() throws IOException {
        disconnect = newFeed();
        dropOldest = newFeed();
        latest = newFeed();
    }

    @Override
    protected String[] options() {
        String small = ",linger=50ms,history=200,history-bytes=16M,outbox=200,outbox-bytes=16M,slow=";
        return new String[] {
            "channel",
            "disconnect=" + disconnect.address() + small + "disconnect;;drop=" + dropOldest.address() + small
                    + "drop-oldest;;latest=" + latest.address() + small + "latest"
        };
    }

    /** Sends MANY messages, each after the fast reader has received the previous one, so that nothing delays it. */
    private static void sendAll(FeedSocket socket, ChannelSocket fastReader) throws IOException {
        for (int n = 1; n <= MANY; n++) {
            socket.send("{\"n\":" + n + ",\"x\":\"" + FILLER + "\"}");
            assertEquals(n, fastReader.nextNumber());
        }
    }

    @Test
    void stalledSubscriberIsClosedOthersUnaffected() throws IOException {
        try (ChannelSocket stalled = ChannelSocket.openSlowReader(fixture.uri(), "disconnect")
                        .awaitOpen();
                ChannelSocket fastReader = subscribe("disconnect").awaitOpen()) {
            sendAll(disconnect.socket(), fastReader);

            int last = 0;
            boolean closed = false;
            while (!closed) {
                try {
                    assertEquals(last + 1, stalled.nextNumber()); // everything it received is in order
                    last++;
                } catch (AssertionError | IOException e) {
                    closed = true;
                    String message = String.valueOf(e.getMessage());
                    assertTrue(!(e instanceof AssertionError) || message.contains("1013"), message);
                }
            }
            assertTrue(last < MANY, "the subscriber should have stalled");
            try (ChannelSocket back = subscribe("disconnect?after=" + last + "&epoch=" + stalled.epoch())) {
                back.next("hello");
                Map<String, Object> gap = back.next("gap");
                assertEquals(last + 1, gap.get("from"));
                assertEquals(MANY - 200, gap.get("to"));
                back.assertCount(MANY - 199, MANY);
            }
        }
    }

    @Test
    void stalledSubscriberGetsGapForOldestMessages() throws IOException {
        assertEveryNumberIsAccountedFor("drop", dropOldest, 200);
    }

    @Test
    void stalledSubscriberGetsLatestMessage() throws IOException {
        assertEveryNumberIsAccountedFor("latest", latest, 1);
    }

    /**
     * Checks that messages and gaps together cover 1 to MANY without overlap, and that at least {@code after} messages
     * followed the last gap.
     */
    private void assertEveryNumberIsAccountedFor(String channel, FakeFeed feed, int after) throws IOException {
        try (ChannelSocket stalled =
                        ChannelSocket.openSlowReader(fixture.uri(), channel).awaitOpen();
                ChannelSocket fastReader = subscribe(channel).awaitOpen()) {
            sendAll(feed.socket(), fastReader);

            int next = 1;
            int gaps = 0;
            int sinceGap = 0;
            while (next <= MANY) {
                Map<String, Object> frame = stalled.next();
                if (frame.get("type").equals("gap")) {
                    assertEquals(next, frame.get("from"));
                    int to = (Integer) frame.get("to");
                    assertEquals(to - next + 1, frame.get("count"));
                    next = to + 1;
                    gaps++;
                    sinceGap = 0;
                } else if (frame.get("type").equals("message")) {
                    assertEquals(next, frame.get("seq"));
                    next++;
                    sinceGap++;
                }
            }
            assertTrue(gaps > 0, "the subscriber should have stalled");
            assertEquals(after, sinceGap);
        }
    }
}
