package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.NeedsGateway;

/** Limits on one client's use of a channel, and the responses beyond them. */
@NeedsGateway
class ChannelLimitsIT extends WithFeeds {
    private static final String JSON_TYPE = "Content-Type: application/json";
    private static final String ALICE = "X-Forwarded-User: alice";
    private static final String BOB = "X-Forwarded-User: bob";
    private static final int ABNORMAL = 1006;

    private FakeFeed feed;
    private FakeFeed dedicated;

    @Override
    protected void startFeeds() throws IOException {
        feed = newFeed();
        dedicated = newFeed();
    }

    @Override
    protected String[] options() {
        String feedAddress = "=" + feed.address() + "?limits,linger=10ms,send=true";
        return new String[] {
            "channel",
            String.join(
                    ";;",
                    "free" + feedAddress,
                    "few" + feedAddress + ",max-subscribers=4,max-subscribers-per-client=2",
                    "slowly" + feedAddress + ",max-sends-per-second=5",
                    "short" + feedAddress + ",max-message-bytes=1000",
                    "silent=" + feed.address() + ",linger=10ms",
                    "own=" + dedicated.address() + ",mode=dedicated,linger=1s,max-subscribers-per-client=3"),
            "trusted-proxies",
            "127.0.0.1,::1",
            "ping-interval",
            "1s",
            "pong-timeout",
            "20s",
            "stall-timeout",
            "3s"
        };
    }

    private HttpHead refusal(String channel, String... fieldLines) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.dial(fixture.uri(), ChannelSocket.target(fixture.uri(), channel), fieldLines)) {
            return socket.refusal().head();
        }
    }

    @Test
    void subscriptionsPerUserAreLimited() throws IOException {
        try (ChannelSocket one = subscribe("few", ALICE).awaitOpen();
                ChannelSocket two = subscribe("few", ALICE).awaitOpen();
                ChannelSocket three = subscribe("few", BOB).awaitOpen()) {
            HttpHead refused = refusal("few", ALICE);
            assertEquals(503, refused.status());
            assertTrue(refused.has("Retry-After"), refused::toString);
            try (RawHttp http = fixture.http()) {
                HttpHead stream = http.get(
                                ChannelSocket.target(fixture.uri(), "few"), ALICE, "Accept: text/event-stream")
                        .head();
                assertEquals(429, stream.status());
                assertTrue(stream.has("Retry-After"), stream::toString);
            }
            subscribe("few", BOB).awaitOpen().close();
            assertTrue(one != two && three != null);
        }
        Eventually.until("subscriptions are free again", () -> {
            try (ChannelSocket again = subscribe("few", ALICE)) {
                return again.next("hello") != null;
            } catch (IOException | AssertionError e) {
                return false;
            }
        });
    }

    @Test
    void subscriptionsPerAddressAreLimitedWithoutLogin() throws IOException {
        List<ChannelSocket> all = new ArrayList<>();
        try {
            for (String address : List.of("192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2:0:0:1")) {
                all.add(subscribe("few", "X-Forwarded-For: 203.0.113.9, " + address)
                        .awaitOpen());
            }
            assertEquals(503, refusal("few", "X-Forwarded-For: 192.0.2.7").status(), "the channel is full");
        } finally {
            for (ChannelSocket socket : all) {
                socket.close();
            }
        }
    }

    @Test
    void feedConnectionsWaitingForTheirPagesAreCounted() throws IOException {
        for (int i = 0; i < 3; i++) {
            ChannelSocket page =
                    subscribe("own?client=0123456789abcdef-limit-" + i).awaitOpen();
            dedicated.socket();
            page.abort();
        }
        assertEquals(503, refusal("own?client=0123456789abcdef-limit-3").status());
        ChannelSocket back = subscribe("own?client=0123456789abcdef-limit-1").awaitOpen();
        back.leave(1000);
        assertTrue(dedicated.open() <= 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"free", "silent"})
    void sendIdOver128CharactersIsRejected(String channel) throws IOException {
        try (ChannelSocket page = subscribe(channel).awaitOpen()) {
            page.send("{\"type\":\"send\",\"id\":\"" + "x".repeat(128) + "\",\"data\":1}");
            assertEquals("x".repeat(128), page.next("sent").get("id"));
            page.send("{\"type\":\"send\",\"id\":\"" + "x".repeat(129) + "\",\"data\":1}");
            assertEquals(1008, page.awaitClosing().code());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"free", "silent"})
    void senderThatNeverReadsIsDisconnectedOthersUnaffected(String channel) throws IOException {
        String send = "{\"type\":\"send\",\"id\":\"" + "x".repeat(128) + "\",\"data\":1}";
        try (ChannelSocket greedy = ChannelSocket.openSlowReader(fixture.uri(), channel)) {
            boolean ended = false;
            try {
                for (int i = 0; i < 200_000; i++) {
                    greedy.send(send);
                }
            } catch (IOException e) {
                ended = true;
            }
            assertTrue(ended, "sending never failed");
        }
        try (ChannelSocket other = subscribe(channel).awaitOpen()) {
            assertEquals("hello", "hello", other.epoch());
        }
    }

    @Test
    void sendsAboveRateAreRejectedWithReason() throws IOException {
        try (ChannelSocket page = subscribe("slowly", ALICE).awaitOpen()) {
            for (int i = 0; i < 30; i++) {
                page.send("{\"type\":\"send\",\"id\":" + i + ",\"data\":" + i + "}");
            }
            int rejected = 0;
            for (int i = 0; i < 30; i++) {
                Map<String, Object> sent = page.next("sent");
                assertEquals(Integer.toString(i), sent.get("id"));
                if (sent.get("outcome").equals("rejected")) {
                    rejected++;
                    assertEquals("too many sends in too short a time", sent.get("reason"));
                }
            }
            assertTrue(rejected >= 10 && rejected <= 25, rejected + " rejected");
        }
        int status = 202;
        RawResponse answer = null;
        for (int i = 0; i < 50 && status == 202; i++) {
            answer = post("slowly", "1", JSON_TYPE, BOB);
            status = answer.status();
        }
        assertEquals(429, status);
        assertTrue(answer.head().has("Retry-After"), answer::toString);
        try (ChannelSocket plain = ChannelSocket.openPlain(fixture.uri(), "slowly", "X-Forwarded-User: carol")) {
            for (int i = 0; i < 30; i++) {
                plain.raw().frames().send(Frame.text("1"));
            }
            assertEquals(1013, plain.awaitClosing().code());
        }
    }

    @Test
    void oversizedMessageIsRejectedOverEveryTransport() throws IOException {
        String large = "x".repeat(1001);
        try (ChannelSocket page = subscribe("short").awaitOpen()) {
            page.send("{\"type\":\"send\",\"id\":\"1\",\"text\":\"" + large + "\"}");
            assertEquals("the message is too large", page.next("sent").get("reason"));
            page.send("{\"type\":\"send\",\"id\":\"2\",\"text\":\"" + "x".repeat(7000) + "\"}");
            assertEquals(1009, page.awaitClosing().code());
        }
        assertEquals(413, post("short", large, JSON_TYPE).status());
        assertEquals(202, post("short", "x".repeat(1000), JSON_TYPE).status());
        try (ChannelSocket plain = ChannelSocket.openPlain(fixture.uri(), "short")) {
            plain.raw().frames().send(Frame.text(large));
            assertEquals(1009, plain.awaitClosing().code());
        }
    }

    @Test
    void endlessFragmentsCloseConnection() throws IOException {
        try (ChannelSocket page = subscribe("free").awaitOpen()) {
            page.raw().frames().send(new Frame(false, Frame.TEXT, new byte[] {'{'}));
            byte[] blanks = " ".repeat(60_000).getBytes(StandardCharsets.US_ASCII);
            int code = ABNORMAL;
            try {
                for (int i = 0; i < 1000; i++) {
                    page.raw().frames().send(new Frame(false, Frame.CONTINUATION, blanks));
                }
            } catch (IOException e) {
                code = 1009;
            }
            assertEquals(1009, code == 1009 ? code : page.awaitClosing().code());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 11, 15})
    void unknownOpcodeIsRefusedAtFrameHeader(int opcode) throws IOException {
        try (ChannelSocket page = subscribe("free").awaitOpen()) {
            byte[] header = {(byte) (0x80 | opcode), (byte) 0xff, 0, 0, 0, 0, 0x7f, -1, -1, -1, 1, 2, 3, 4, 5};
            page.raw().frames().sendRaw(header);
            assertEquals(1002, page.awaitClosing().code());
        }
    }

    @Test
    void announcedLengthAllocatesNoMemory() throws IOException {
        List<ChannelSocket> pages = new ArrayList<>();
        try {
            byte[] header = {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0x7f, -1, -1, -1, 1, 2, 3, 4, 5};
            for (int i = 0; i < 20; i++) {
                pages.add(subscribe("free").awaitOpen());
                pages.get(i).raw().frames().sendRaw(header);
            }
            try (ChannelSocket other = subscribe("free").awaitOpen()) {
                other.send("{\"type\":\"send\",\"id\":\"1\",\"data\":1}");
                assertEquals("delivered", other.next("sent").get("outcome"));
            }
        } finally {
            for (ChannelSocket page : pages) {
                page.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"send\",\"id\":\"1\",\"data\":DEEP}",
                "DEEP",
                "{\"type\":\"greeting\",\"messages\":[DEEP]}",
                "{\"type\":\"greeting\",\"messages\":[{\"data\":1},7]}",
                "{\"type\":\"send\",\"id\":{},\"text\":7",
                "{\"type\":\"send\",\"data\":LONG}",
            })
    void invalidMessageClosesConnection(String text) throws IOException {
        try (ChannelSocket page = subscribe("free").awaitOpen()) {
            page.send(text.replace("DEEP", "[".repeat(100_000)).replace("LONG", "9".repeat(10_000)));
            assertEquals(1008, page.awaitClosing().code());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {":", ":::", "a:-1", "a:99999999999999999999", "a:9223372036854775807", "x", "%00:1", "é:1"})
    void invalidCursorsStartWithGapOrLive(String id) throws IOException {
        try (RawHttp http = fixture.http()) {
            http.send(http.head(
                    "GET",
                    ChannelSocket.target(fixture.uri(), "free"),
                    "Accept: text/event-stream",
                    "Last-Event-ID: " + id));
            HttpHead head = http.readHead();
            assertEquals(200, head.status());
            String begin = new String(http.body(head, "GET").read(20), StandardCharsets.UTF_8);
            assertTrue(begin.startsWith("id: "), begin);
        }
    }

    @Test
    void longCursorsAndNamesAreTolerated() throws IOException {
        String filler = "x".repeat(4000);
        try (ChannelSocket page = subscribe("free?after=1&epoch=" + filler + "&client=" + filler)) {
            page.next("hello");
            assertEquals(null, page.next("gap").get("count"));
        }
        assertEquals(404, refusal(filler).status());
    }

    @Test
    void slowSteadyPostSucceeds() throws IOException {
        try (RawHttp http = fixture.http()) {
            int steps = 34;
            byte[] part = "x".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            http.send(http.head(
                    "POST",
                    ChannelSocket.target(fixture.uri(), "free"),
                    JSON_TYPE,
                    "Content-Length: " + steps * part.length));
            Pace.every(Duration.ofSeconds(1), steps, step -> http.send(part));
            assertEquals(202, http.readResponse("POST").status());
        }
    }

    @Test
    void limitsAreLoggedOncePerMinute() throws IOException {
        try (ChannelSocket one = subscribe("few", "X-Forwarded-User: dave").awaitOpen();
                ChannelSocket two = subscribe("few", "X-Forwarded-User: dave").awaitOpen()) {
            for (int i = 0; i < 20; i++) {
                assertEquals(503, refusal("few", "X-Forwarded-User: dave").status());
            }
            assertTrue(one != two);
        }
        long lines = fixture.gateway()
                .log()
                .lines()
                .filter(line -> line.contains("max-subscribers-per-client"))
                .count();
        assertTrue(lines >= 1 && lines <= 2, lines + " lines");
    }
}
