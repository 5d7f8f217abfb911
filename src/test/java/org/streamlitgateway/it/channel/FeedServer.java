package org.streamlitgateway.it.channel;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Recorder;

/**
 * The feeds behind the gateway: {@code /prices} and {@code /news} send the test's messages, {@code /echo} returns each
 * message. Each feed tracks its connections.
 */
final class FeedServer implements AutoCloseable {
    static final String PRICES = "prices";
    static final String NEWS = "news";
    static final String ECHO = "echo";
    private static final String CLOSED_IN_ORDER = "closed instead of data";

    private final FakeStreamlit server;
    private final Map<String, Feed> feeds =
            Stream.of(PRICES, NEWS, ECHO).collect(Collectors.toMap(name -> name, Feed::new));

    /**
     * Connections of one path. The lock is held while a connection is accepted, so code that sees a connection also
     * finds it here.
     */
    private static final class Feed {
        final Set<FrameSocket> sockets = ConcurrentHashMap.newKeySet();
        final AtomicInteger accepted = new AtomicInteger();
        final Recorder<String> heard;

        Feed(String name) {
            heard = new Recorder<>("message to the feed " + name);
        }
    }

    private FeedServer(FakeStreamlit server) {
        this.server = server;
        feeds.forEach((name, feed) -> server.on("/" + name, exchange -> serve(feed, exchange, name.equals(ECHO))));
    }

    static FeedServer start() {
        try {
            return new FeedServer(FakeStreamlit.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the gateway's options for the feeds: {@code echo} is dedicated, the others are shared; {@code mute}
     * accepts no sends.
     */
    Map<String, String> channels() {
        return Map.of(
                "channel",
                String.join(
                        ";;",
                        PRICES + "=" + address(PRICES) + ",mode=shared,send=true",
                        NEWS + "=" + address(NEWS) + ",mode=shared,send=true",
                        ECHO + "=" + address(ECHO) + ",mode=dedicated,send=true",
                        "mute=" + address(NEWS) + ",mode=dedicated"));
    }

    String address(String feed) {
        return "ws://127.0.0.1:" + server.port() + "/" + feed;
    }

    /** Returns the number of open connections. */
    int sockets(String feed) {
        Feed requested = feeds.get(feed);
        synchronized (requested) {
            return requested.sockets.size();
        }
    }

    /** Returns the number of connections opened so far. */
    int accepted(String feed) {
        return feeds.get(feed).accepted.get();
    }

    /** Returns the received messages: text unchanged, binary as {@code binary:} and hexadecimal digits. */
    Recorder<String> received(String feed) {
        return feeds.get(feed).heard;
    }

    /** Sends {@code {"n":first}}, {@code {"n":first+1}} and so on to all connections of the feed. */
    void count(String feed, int first, int many) throws IOException {
        for (int n = first; n < first + many; n++) {
            send(feed, "{\"n\":" + n + ",\"text\":\"" + "x".repeat(150) + "\"}");
        }
    }

    void send(String feed, String text) throws IOException {
        Feed target = feeds.get(feed);
        synchronized (target) {
            for (FrameSocket socket : target.sockets) {
                try {
                    socket.send(Frame.text(text));
                } catch (SocketException e) {
                    // the connection's own thread removes it
                }
            }
        }
    }

    /** Behaves like a process that has ended. */
    void stop() throws IOException {
        server.stop();
    }

    /** Fails if the thread of a connection failed. */
    void assertNoProblems() {
        server.assertNoProblems();
    }

    void restart() throws IOException {
        server.restart();
    }

    private static void serve(Feed feed, Exchange exchange, boolean echoes) throws IOException {
        FrameSocket socket;
        synchronized (feed) {
            socket = exchange.acceptWebSocketWith("");
            feed.sockets.add(socket);
            feed.accepted.incrementAndGet();
        }
        try {
            while (true) {
                Frame message = socket.nextMessage();
                feed.heard.add(message.opcode() == Frame.TEXT ? message.asText() : "binary:" + hex(message.payload()));
                if (echoes) {
                    socket.send(message);
                }
            }
        } catch (EOFException | SocketException e) {
            // the usual end of a connection
        } catch (AssertionError e) {
            if (!String.valueOf(e.getMessage()).startsWith(CLOSED_IN_ORDER)) {
                throw e;
            }
        } finally {
            feed.sockets.remove(socket);
            exchange.close();
        }
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
