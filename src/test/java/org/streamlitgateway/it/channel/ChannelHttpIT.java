package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.NeedsGateway;

/** Channels where WebSockets are blocked: event streams and POST. */
@NeedsGateway
class ChannelHttpIT extends WithFeeds {
    private static final String ACCEPT = "Accept: text/event-stream";
    private static final String JSON_TYPE = "Content-Type: application/json";

    private FakeFeed feed;
    private FakeFeed dedicated;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        dedicated = newFeed();
    }

    @Override
    protected String[] options() {
        return new String[] {
            "channel",
            "ticks=" + feed.address() + ",send=true,linger=500ms;;posted=" + feed.address()
                    + "?posted,send=true,linger=5s;;own=" + dedicated.address()
                    + ",send=true,mode=dedicated,linger=100ms",
            "ping-interval",
            "1s"
        };
    }

    /** Returns the lines of the next event; comments are skipped. */
    private static List<String> event(BodyReader body) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
        while (true) {
            assertTrue(System.nanoTime() < deadline, () -> "only comments, and " + lines);
            byte[] next = body.read(1);
            assertEquals(1, next.length, "the stream ended");
            if (next[0] != '\n') {
                line.append((char) next[0]);
            } else if (line.length() > 0) {
                if (line.charAt(0) != ':') {
                    lines.add(line.toString());
                }
                line.setLength(0);
            } else if (!lines.isEmpty()) {
                return lines;
            }
        }
    }

    private static List<String> event(BodyReader body, String type) throws IOException {
        List<String> event = event(body);
        while (event.contains("event: state") && !type.equals("state")) {
            event = event(body);
        }
        assertTrue(event.contains("event: " + type), event::toString);
        return event;
    }

    private BodyReader stream(RawHttp http, String... fieldLines) throws IOException {
        String[] all = new String[fieldLines.length + 1];
        all[0] = ACCEPT;
        System.arraycopy(fieldLines, 0, all, 1, fieldLines.length);
        http.send(http.head("GET", ChannelSocket.target(fixture.uri(), "ticks"), all));
        HttpHead head = http.readHead();
        assertEquals(200, head.status());
        assertTrue(head.one("Content-Type").startsWith("text/event-stream"), head::toString);
        return http.body(head, "GET");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void channelIsFoundByFeedAddress() throws IOException {
        assertEquals("[{\"name\":\"ticks\",\"mode\":\"shared\"}]", findChannel(feed.address()));
        assertEquals("[{\"name\":\"own\",\"mode\":\"dedicated\"}]", findChannel(dedicated.address()));
        assertEquals("[]", findChannel(feed.address() + "x"));
    }

    private String findChannel(String address) throws IOException {
        String query = "?address=" + URLEncoder.encode(address, StandardCharsets.UTF_8);
        try (RawHttp http = fixture.http()) {
            RawResponse answer = http.get(ChannelSocket.target(fixture.uri(), query));
            assertEquals(200, answer.status());
            assertTrue(answer.head().one("Content-Type").startsWith("application/json"), answer::toString);
            return answer.text();
        }
    }

    @Test
    void eventStreamResumesAfterLastEvent() throws IOException {
        try (RawHttp keeping = fixture.http()) { // keeps the feed's connection open between one stream and the next
            event(stream(keeping), "hello");
            resume();
        }
    }

    private void resume() throws IOException {
        FeedSocket socket;
        String id;
        try (RawHttp http = fixture.http()) {
            BodyReader body = stream(http);
            event(body, "hello");
            socket = feed.socket();
            socket.count(1, 2).send("{\n\"n\":\r\n3}");
            event(body, "message");
            List<String> second = event(body, "message");
            id = second.get(0);
            assertTrue(id.startsWith("id: "), second::toString);
            assertTrue(second.get(2).endsWith(",\"data\":{\"n\":2}}"), second::toString);
            assertTrue(event(body, "message").get(2).endsWith(",\"data\":{ \"n\":  3}}"));
        }
        socket.count(4, 4);
        try (RawHttp http = fixture.http()) {
            BodyReader body = stream(http, "Last-Event-ID: " + id.substring(4));
            event(body, "hello");
            assertTrue(event(body, "message").get(2).endsWith(",\"data\":{ \"n\":  3}}"));
            assertTrue(event(body, "message").get(2).endsWith(",\"data\":{\"n\":4}}"));
            socket.count(5, 5);
            assertTrue(event(body, "message").get(2).endsWith(",\"data\":{\"n\":5}}"));
        }
    }

    @Test
    void eventStreamOfOtherEpochStartsWithGap() throws IOException {
        try (RawHttp http = fixture.http()) {
            BodyReader body = stream(http, "Last-Event-ID: 0000000000000000:7");
            event(body, "hello");
            assertTrue(event(body, "gap").toString().contains("\"count\":null"));
            feed.socket();
        }
    }

    @Test
    void quietEventStreamIsKeptAlive() throws IOException {
        try (RawHttp http = fixture.http()) {
            BodyReader body = stream(http);
            boolean open = event(body, "hello").toString().contains("\"state\":\"open\"");
            if (!open) {
                event(body, "state");
            }
            feed.socket();
            assertEquals(":\n\n", new String(body.read(3), StandardCharsets.UTF_8));
            assertEquals(":\n\n", new String(body.read(3), StandardCharsets.UTF_8));
        }
    }

    @Test
    void eventStreamDeliversBurstCompletely() throws IOException {
        try (RawHttp http = fixture.http()) {
            BodyReader body = stream(http);
            event(body, "hello");
            feed.socket().count(1, 2000);
            for (int n = 1; n <= 2000; n++) {
                String data = event(body, "message").get(2);
                assertTrue(data.endsWith(",\"data\":{\"n\":" + n + "}}"), data);
            }
        }
    }

    @Test
    void postSendsOneFrameAndReturnsItsResult() throws IOException {
        try (ChannelSocket page = subscribe("ticks").awaitOpen()) {
            FeedSocket socket = feed.socket();
            RawResponse text = post("ticks", bytes("{\"op\": 1.0}"), JSON_TYPE);
            assertEquals(202, text.status());
            assertEquals("{\"outcome\":\"delivered\"}", text.text());
            assertEquals("{\"op\": 1.0}", socket.receive().asText());

            post("ticks", new byte[] {1, 2}, "Content-Type: application/octet-stream");
            assertEquals(Frame.binary(new byte[] {1, 2}), socket.receive());

            assertEquals(413, post("ticks", new byte[(1 << 20) + 1], JSON_TYPE).status());
            assertEquals(
                    202,
                    post("ticks", new byte[1 << 20], "Content-Type: application/octet-stream")
                            .status());
            assertEquals(1 << 20, socket.receive().payload().length);
            socket.frames().assertExhausted();
            assertEquals(page.epoch(), page.epoch());
        }
    }

    @Test
    void postWithoutSubscribersConnectsToFeed() throws IOException {
        RawResponse sent = post("posted", bytes("[1]"), JSON_TYPE);

        assertTrue(sent.text().matches("\\{\"outcome\":\"(queued|delivered)\"}"), sent::text);
        FeedSocket socket = feed.socket();
        assertEquals("[1]", socket.receive().asText());
        assertEquals(1000, socket.closing().code());
    }

    @Test
    void postToDedicatedChannelUsesConnectionOfItsPage() throws IOException {
        String client = "own?client=0123456789abcdef-post";
        assertEquals(503, post(client, bytes("{}"), JSON_TYPE).status());
        try (ChannelSocket page = subscribe(client).awaitOpen()) {
            FeedSocket socket = dedicated.socket();
            assertEquals(202, post(client, bytes("{\"mine\":1}"), JSON_TYPE).status());
            assertEquals("{\"mine\":1}", socket.receive().asText());
            assertEquals(503, post("own", bytes("{}"), JSON_TYPE).status());
            page.send("{\"type\":\"bye\"}");
        }
    }
}
