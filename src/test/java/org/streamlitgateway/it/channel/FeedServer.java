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
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.WebSocketWire;

/**
 * The feeds behind the gateway: {@code /prices} and {@code /news} say what a test has them say, {@code /echo} sends back
 * what comes, and each knows its sockets.
 */
final class FeedServer implements AutoCloseable {
    static final String PRICES = "prices";
    static final String NEWS = "news";
    static final String ECHO = "echo";
    private static final String CLOSED_IN_ORDER = "closed instead of data";

    private final FakeStreamlit server;
    private final Map<String, Feed> feeds =
            Stream.of(PRICES, NEWS, ECHO).collect(Collectors.toMap(name -> name, Feed::new));

    /** One path's sockets. Its lock is held while one is accepted: who hears of a socket finds it here. */
    private static final class Feed {
        final Set<WebSocketWire> sockets = ConcurrentHashMap.newKeySet();
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
     * The gateway's options for all three, {@code echo} dedicated and the others shared; {@code mute} takes no sends.
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

    /** How many sockets are open now. */
    int sockets(String feed) {
        Feed asked = feeds.get(feed);
        synchronized (asked) {
            return asked.sockets.size();
        }
    }

    /** How many were opened so far. */
    int accepted(String feed) {
        return feeds.get(feed).accepted.get();
    }

    /** What came, texts as they are and bytes as {@code binary:} and their hexadecimal digits. */
    Recorder<String> heard(String feed) {
        return feeds.get(feed).heard;
    }

    /** Says {@code {"n":first}}, {@code {"n":first+1}} and so on to all sockets of the feed. */
    void count(String feed, int first, int many) throws IOException {
        for (int n = first; n < first + many; n++) {
            say(feed, "{\"n\":" + n + ",\"text\":\"" + "x".repeat(150) + "\"}");
        }
    }

    void say(String feed, String text) throws IOException {
        Feed told = feeds.get(feed);
        synchronized (told) {
            for (WebSocketWire socket : told.sockets) {
                try {
                    socket.send(Frame.text(text));
                } catch (SocketException gone) {
                    // its own thread takes it out
                }
            }
        }
    }

    /** Gone, as a process that ended. */
    void goAway() throws IOException {
        server.goAway();
    }

    /** Fails when a socket's thread did. */
    void assertNoProblems() {
        server.assertNoProblems();
    }

    void comeBack() throws IOException {
        server.comeBack();
    }

    private static void serve(Feed feed, Exchange exchange, boolean echoes) throws IOException {
        WebSocketWire socket;
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
        } catch (EOFException | SocketException gone) {
            // how sockets end here
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
