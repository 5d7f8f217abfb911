package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;

/** An honest visitor with an open page: answers pings and receives the echo of its messages. */
final class Visitor implements Closeable {
    private static final Duration MAX_WAIT = Duration.ofSeconds(10);

    private final RawWebSocket socket;
    private final Recorder<Frame> heard = new Recorder<>("echo for the visitor");
    private int said;

    Visitor(URI app) throws IOException {
        socket = RawWebSocket.open(app, "/_stcore/stream?visitor", "Sec-WebSocket-Protocol: streamlit, token");
        Thread reader = new Thread(this::read, "visitor");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try {
            FrameSocket frames = socket.frames().waitingWithoutLimit();
            while (true) {
                heard.add(frames.nextData());
            }
        } catch (IOException | AssertionError e) {
            heard.add(Frame.text("the socket ended: " + e));
        }
    }

    void assertEchoes() throws IOException {
        Frame text = Frame.text("visitor " + said++);
        try {
            socket.frames().send(text);
        } catch (IOException e) {
            throw new AssertionError(
                    "the visitor's socket ended; " + heard.take(MAX_WAIT).asText(), e);
        }
        assertEquals(text, heard.take(MAX_WAIT));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
