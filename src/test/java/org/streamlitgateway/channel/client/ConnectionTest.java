package org.streamlitgateway.channel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.Message;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeFeed.FeedSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;

/** {@link Connection} and {@link SharedConnection} against a feed on a real socket. */
@Timeout(60)
class ConnectionTest {
    private final Recorder<Object> heard = new Recorder<>("message");
    private final Recorder<ChannelState> states = new Recorder<>("state");
    private FakeFeed feed;

    private final ChannelListener listener = new ChannelListener() {
        @Override
        public void onMessage(Message message) {
            heard.add(message.isBinary() ? List.of(message.bytes().length) : message.json());
        }

        @Override
        public void onState(ChannelState state, String reason) {
            states.add(state);
        }
    };

    @BeforeEach
    void start() throws IOException {
        feed = FakeFeed.start();
    }

    @AfterEach
    void stop() {
        feed.close();
    }

    @Test
    void connectionReceivesAndSendsUntilClosed() throws IOException {
        FeedSocket socket;
        Connection closed;
        try (Connection connection = new Connection(feed.address(), listener).connect()) {
            closed = connection;
            assertEquals(SendResult.Outcome.DELIVERED, acceptedOutcome(connection.sendMessage(Map.of("op", "ping"))));
            socket = feed.socket();
            assertEquals("{\"op\":\"ping\"}", socket.receive().asText());
            connection.sendMessageAsync("[1.0]").toCompletableFuture().join();
            assertEquals("[1.0]", socket.receive().asText());
            connection.sendMessageAsync(new byte[] {1}).toCompletableFuture().join();
            assertEquals(1, socket.receive().payload().length);

            socket.send("{\"a\":[1,true,null]}");
            assertEquals("[1, true, null]", String.valueOf(((Map<?, ?>) heard.take()).get("a")));
        }
        assertEquals(1000, socket.closing().code());
        assertEquals(SendResult.Outcome.REJECTED, closed.sendMessage("too late").outcome());
    }

    /** Accepts QUEUED as DELIVERED: the result depends on whether the socket was open already. */
    private static SendResult.Outcome acceptedOutcome(SendResult result) {
        return result.outcome() == SendResult.Outcome.QUEUED ? SendResult.Outcome.DELIVERED : result.outcome();
    }

    @Test
    void lostConnectionIsReopened() throws IOException {
        try (Connection connection = new Connection(feed.address(), listener).connect()) {
            feed.socket().reset();
            FeedSocket again = feed.socket();
            again.send("2");
            assertEquals(2, heard.take());
            assertEquals(ChannelState.OPEN, connection.state());
        }
    }

    @Test
    void firstMessageAfterOpeningIsReceived() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = new Connection(feed.address(), listener).connect()) {
                feed.socket().send(Integer.toString(i));
                assertEquals(i, heard.take());
                assertEquals(ChannelState.OPEN, connection.state());
            }
        }
    }

    @Test
    void sharedConnectionIsOnePerAddress() throws IOException {
        try (FakeFeed other = FakeFeed.start();
                SharedConnection one = SharedConnection.get(feed.address());
                SharedConnection two = SharedConnection.get(other.address())) {
            assertNotSame(one, two);
            assertSame(one, SharedConnection.get(feed.address()));
            Recorder<Object> heardToo = new Recorder<>("message of the second listener");
            one.listen(listener);
            try (SharedConnection.Subscription second =
                    SharedConnection.get(feed.address()).connect().listen(message -> heardToo.add(message.json()))) {
                feed.socket().count(1, 100);
                for (int n = 1; n <= 100; n++) {
                    assertEquals(Map.of("n", n), heard.take());
                    assertEquals(Map.of("n", n), heardToo.take());
                }
                assertNotSame(null, second);
            }
            assertEquals(1, feed.accepted());
            assertEquals(0, other.accepted());
        }
        Eventually.until("the socket is freed", () -> feed.open() == 0);
    }

    @Test
    void slowListenerGetsAGapAndOthersAreNotDelayed() throws IOException {
        Signal blocked = new Signal("the slow listener has its first message");
        Signal unblock = new Signal("the slow listener is unblocked");
        Recorder<Long> events = new Recorder<>("message, or negative gap, of the slow listener");
        ChannelListener slow = new ChannelListener() {
            @Override
            public void onMessage(Message message) {
                blocked.fire();
                unblock.await();
                events.add(message.seq());
            }

            @Override
            public void onGap(long count) {
                events.add(-count);
            }
        };
        try (SharedConnection shared = SharedConnection.get(feed.address())) {
            shared.listen(slow);
            shared.listen(listener);
            FeedSocket socket = feed.socket();
            for (int from = 1; from <= 30_000; from += 1000) { // a batch fits into the fast listener's outbox
                socket.count(from, from + 999);
                for (int n = from; n < from + 1000; n++) {
                    assertEquals(Map.of("n", n), heard.take());
                }
                blocked.await();
            }
            unblock.fire();
            int gaps = 0;
            for (long next = 1; next <= 30_000; ) {
                long event = events.take();
                gaps += event < 0 ? 1 : 0;
                if (event >= 0) {
                    assertEquals(next, event);
                }
                next += event < 0 ? -event : 1;
            }
            assertEquals(1, gaps);
        }
    }

    @Test
    void invalidAddressAndSendBeforeConnectAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Connection("http://localhost/", listener));
        assertThrows(IllegalArgumentException.class, () -> SharedConnection.get("localhost:8011/ws"));
        assertThrows(IllegalStateException.class, () -> new Connection(feed.address(), listener).sendMessage("{}"));
    }
}
