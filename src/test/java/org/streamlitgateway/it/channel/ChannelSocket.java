package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;

/** A page's subscription, with or without the protocol {@code gateway.channel.v1}. */
final class ChannelSocket implements Closeable {
    static final String PROTOCOL = "Sec-WebSocket-Protocol: gateway.channel.v1";

    private final RawWebSocket socket;
    private String epoch;

    private ChannelSocket(RawWebSocket socket) {
        this.socket = socket;
    }

    /** @param channel name and query */
    static ChannelSocket open(URI base, String channel, String... fieldLines) throws IOException {
        return new ChannelSocket(RawWebSocket.open(base, target(base, channel), with(PROTOCOL, fieldLines)));
    }

    static ChannelSocket openSlowReader(URI base, String channel) throws IOException {
        RawWebSocket socket = RawWebSocket.dialSlowReader(base, target(base, channel), PROTOCOL);
        socket.assertAccepted(socket.answer());
        return new ChannelSocket(socket);
    }

    static ChannelSocket openPlain(URI base, String channel, String... fieldLines) throws IOException {
        return new ChannelSocket(RawWebSocket.open(base, target(base, channel), fieldLines));
    }

    static String target(URI base, String channel) {
        return base.getPath() + "_gateway/channels/" + channel;
    }

    private static String[] with(String first, String... more) {
        String[] all = new String[more.length + 1];
        all[0] = first;
        System.arraycopy(more, 0, all, 1, more.length);
        return all;
    }

    Map<String, Object> next() throws IOException {
        return JSON.std.mapFrom(socket.frames().nextMessage().asText());
    }

    /** Returns the next frame, which must have this type; skips frames that report the feed's state. */
    Map<String, Object> next(String type) throws IOException {
        Map<String, Object> frame = next();
        while (frame.get("type").equals("state") && !type.equals("state")) {
            frame = next();
        }
        assertEquals(type, frame.get("type"), frame::toString);
        return frame;
    }

    /** Reads the hello frame and waits until the feed is open. */
    ChannelSocket awaitOpen() throws IOException {
        Map<String, Object> hello = next();
        assertEquals("hello", hello.get("type"), hello::toString);
        epoch = (String) hello.get("epoch");
        for (Object state = hello.get("state"); !state.equals("open"); ) {
            state = next("state").get("state");
        }
        return this;
    }

    /** Returns the epoch of the hello frame. */
    String epoch() {
        return epoch;
    }

    /** Returns the number in the next message, which must be {@code {"n":NUMBER}}. */
    int nextNumber() throws IOException {
        return (Integer) ((Map<?, ?>) next("message").get("data")).get("n");
    }

    /** Expects the messages {@code {"n":from}} to {@code {"n":to}} next, in order, with nothing in between. */
    void assertCount(int from, int to) throws IOException {
        for (int n = from; n <= to; n++) {
            assertEquals(n, nextNumber());
        }
    }

    void send(String json) throws IOException {
        socket.frames().send(Frame.text(json));
    }

    RawWebSocket raw() {
        return socket;
    }

    Frame nextFrame() throws IOException {
        return socket.frames().nextMessage();
    }

    Closing awaitClosing() throws IOException {
        return socket.frames().awaitClosing();
    }

    /** Sends a close frame with this code and waits for the answer. */
    void leave(int code) throws IOException {
        socket.frames().sendClose(code, "");
        awaitClosing();
        close();
    }

    /** Aborts, as a lost network does. */
    void abort() throws IOException {
        socket.reset();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
