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

/** The Java classes, against a real socket. */
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
    void aConnectionHearsAndSends() throws IOException {
        FeedSocket socket;
        Connection used;
        try (Connection connection = new Connection(feed.address(), listener).connect()) {
            used = connection;
            assertEquals(SendResult.Outcome.DELIVERED, awaitOpenAnd(connection.sendMessage(Map.of("op", "ping"))));
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
        assertEquals(SendResult.Outcome.REJECTED, used.sendMessage("too late").outcome());
    }

    /** Sent before the socket was open, it is queued, which is as good. */
    private static SendResult.Outcome awaitOpenAnd(SendResult sent) {
        return sent.outcome() == SendResult.Outcome.QUEUED ? SendResult.Outcome.DELIVERED : sent.outcome();
    }

    @Test
    void aConnectionComesBackByItself() throws IOException {
        try (Connection connection = new Connection(feed.address(), listener).connect()) {
            feed.socket().reset();
            FeedSocket again = feed.socket();
            again.send("2");
            assertEquals(2, heard.take());
            assertEquals(ChannelState.OPEN, connection.state());
        }
    }

    @Test
    void theFirstMessageIsNotLost() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = new Connection(feed.address(), listener).connect()) {
                feed.socket().send(Integer.toString(i));
                assertEquals(i, heard.take());
                assertEquals(ChannelState.OPEN, connection.state());
            }
        }
    }

    @Test
    void twoAddressesAreTwoConnectionsAndOneAddressIsOne() throws IOException {
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
    void aSlowListenerDelaysNobodyAndIsToldWhatItMissed() throws IOException {
        Signal stuck = new Signal("the slow listener has its first message");
        Signal go = new Signal("the slow listener may go on");
        Recorder<Long> late = new Recorder<>("message, or negative gap, of the slow listener");
        ChannelListener slow = new ChannelListener() {
            @Override
            public void onMessage(Message message) {
                stuck.fire();
                go.await();
                late.add(message.seq());
            }

            @Override
            public void onGap(long count) {
                late.add(-count);
            }
        };
        try (SharedConnection shared = SharedConnection.get(feed.address())) {
            shared.listen(slow);
            shared.listen(listener);
            FeedSocket socket = feed.socket();
            for (int from = 1; from <= 30_000; from += 1000) { // the quick one's outbox has room for these
                socket.count(from, from + 999);
                for (int n = from; n < from + 1000; n++) {
                    assertEquals(Map.of("n", n), heard.take());
                }
                stuck.await();
            }
            go.fire();
            int gaps = 0;
            for (long next = 1; next <= 30_000; ) {
                long told = late.take();
                gaps += told < 0 ? 1 : 0;
                if (told >= 0) {
                    assertEquals(next, told);
                }
                next += told < 0 ? -told : 1;
            }
            assertEquals(1, gaps);
        }
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Connection("http://localhost/", listener));
        assertThrows(IllegalArgumentException.class, () -> SharedConnection.get("localhost:8011/ws"));
        assertThrows(IllegalStateException.class, () -> new Connection(feed.address(), listener).sendMessage("{}"));
    }
}
