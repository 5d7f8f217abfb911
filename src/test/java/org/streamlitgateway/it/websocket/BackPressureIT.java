package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** A peer that stops reading pauses the other side; the gateway buffers only a little in between. */
class BackPressureIT extends OnEveryDeployment {
    private static final long LENGTH = 150_000_000;

    /** Bytes that the gateway may buffer while one side does not read. */
    private static final long GATEWAY_BUFFER = 8_000_000;

    /** Bytes that the gateway and the kernel may buffer on two connections. */
    private static final long MAX_BUFFERED = GATEWAY_BUFFER + 2 * (maxBuffer("tcp_rmem") + maxBuffer("tcp_wmem"));

    /** A sender counts as paused when it has sent nothing for this long. */
    private static final Duration PAUSED = Duration.ofSeconds(1);

    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    /** Returns the last of the file's three numbers: the maximum size of a kernel buffer. */
    private static long maxBuffer(String buffer) {
        try {
            // in one read: a second read of the file returns nothing
            String bounds =
                    Files.readAllLines(Path.of("/proc/sys/net/ipv4", buffer)).get(0);
            return Long.parseLong(bounds.split("\\s+")[2]);
        } catch (IOException e) {
            return LENGTH / 10;
        }
    }

    private static void assertStalls(String sender, LongSupplier sent) {
        Eventually.until(sender + " started sending", () -> sent.getAsLong() > 0);
        long stalledAt = Eventually.untilStill(sender, PAUSED, sent);
        assertTrue(MAX_BUFFERED < LENGTH, () -> "this kernel may buffer " + MAX_BUFFERED + " bytes: see tcp_rmem");
        assertTrue(stalledAt < MAX_BUFFERED, sender + " paused only after " + stalledAt + " bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/bytes/", "/chunked-bytes/"})
    void slowReaderPausesDownloadWithoutLoss(String route) throws IOException {
        String target = route + LENGTH + "?slow";
        try (RawHttp client = RawHttp.connectSlowReader(fixture.uri())) {
            client.send(client.head("GET", fixture.target(target)));
            BodyReader body = client.body(client.readHead(), "GET");
            Exchange download = fixture.upstream().requests(target).take();
            assertStalls("the download", download.written()::get);

            BodyReader.Summary rest = body.summarize();
            assertEquals(new BodyReader.Summary(LENGTH, rest.crc32c(), true, End.COMPLETE), rest);
        }
    }

    @Test
    void slowUpstreamPausesUploadWithoutLoss() throws IOException {
        Signal read = new Signal("upstream may read");
        Recorder<BodyReader.Summary> uploads = new Recorder<>("upload");
        fixture.upstream().on("/slow-sink", exchange -> {
            read.await();
            uploads.add(exchange.body().summarize());
            exchange.reply("200 OK", "");
        });
        AtomicLong written = new AtomicLong();

        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/slow-sink"), "Content-Length: " + LENGTH));
            Thread sender = Sender.start(() -> PatternBytes.write(client.output(), LENGTH, written));
            assertStalls("the upload", written::get);
            read.fire();

            assertEquals(200, client.readResponse("PUT").status());
            BodyReader.Summary upload = uploads.take();
            assertEquals(new BodyReader.Summary(LENGTH, upload.crc32c(), true, End.COMPLETE), upload);
            Eventually.until("the sender ended", () -> !sender.isAlive());
        }
    }

    /** Covers one large message and a thousand small ones: neither may accumulate. */
    @ParameterizedTest
    @ValueSource(longs = {LENGTH, 100_000})
    void stalledBrowserPausesStreamlitWithoutLoss(long messageLength) throws IOException {
        String test = "stalled-browser-" + messageLength;
        AtomicLong sent = new AtomicLong();
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            sendAll(frames, messageLength, sent);
            frames.awaitClosing();
        });

        try (RawWebSocket socket =
                RawWebSocket.dialSlowReader(fixture.uri(), fixture.target(GatewayFixture.streamOf(test)), PROTOCOL)) {
            socket.assertAccepted(socket.answer());
            assertStalls("Streamlit", sent::get);

            readAll(socket.frames(), messageLength);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {LENGTH, 100_000})
    void stalledStreamlitPausesBrowserWithoutLoss(long messageLength) throws IOException {
        String test = "stalled-upstream-" + messageLength;
        Signal read = new Signal("upstream may read");
        Recorder<String> ends = new Recorder<>("end of the upload upstream");
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            read.await();
            readAll(frames, messageLength);
            ends.add("all read");
            frames.awaitClosing();
        });
        AtomicLong sent = new AtomicLong();

        try (RawWebSocket socket = fixture.open(test, PROTOCOL)) {
            Thread sender = Sender.start(() -> sendAll(socket.frames(), messageLength, sent));
            assertStalls("the browser", sent::get);
            read.fire();

            ends.take();
            Eventually.until("the sender ended", () -> !sender.isAlive());
        }
    }

    private static void sendAll(FrameSocket frames, long messageLength, AtomicLong sent) throws IOException {
        for (long position = 0; position < LENGTH; position += messageLength) {
            frames.sendPattern(messageLength, sent);
        }
    }

    private static void readAll(FrameSocket frames, long messageLength) throws IOException {
        for (long position = 0; position < LENGTH; position += messageLength) {
            assertEquals(messageLength, frames.readPattern());
        }
    }

    @Test
    @NeedsGateway
    void stalledBrowsersDoNotAffectOthers() throws IOException {
        AtomicLong sent = new AtomicLong();
        fixture.upstream().on(GatewayFixture.streamOf("stalls-alone"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            sendAll(frames, 1_000_000, sent);
            frames.awaitClosing();
        });
        List<RawWebSocket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                stalled.add(RawWebSocket.dialSlowReader(
                        fixture.uri(), fixture.target(GatewayFixture.streamOf("stalls-alone")), PROTOCOL));
            }
            for (RawWebSocket socket : stalled) {
                socket.assertAccepted(socket.answer());
            }
            Eventually.untilStill("all senders", PAUSED, sent::get);

            assertOthersAreServed("lively");
            long resident = new ProcessProbe(fixture.gateway().pid()).residentMebibytes();
            assertTrue(resident < 600, "resident MiB with forty stalled browsers: " + resident);
        } finally {
            for (RawWebSocket socket : stalled) {
                socket.reset();
            }
        }
    }

    /** The bridge blocks one server thread for each upload, and there are more uploads than initial threads. */
    @Test
    @NeedsGateway
    void stalledUploadsDoNotAffectOthers() throws IOException {
        Signal over = new Signal("the test is over");
        fixture.upstream().on(GatewayFixture.streamOf("reads-nothing"), exchange -> {
            exchange.acceptWebSocket();
            over.await();
        });
        AtomicLong sent = new AtomicLong();
        List<RawWebSocket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                RawWebSocket socket = fixture.open("reads-nothing", PROTOCOL);
                stalled.add(socket);
                Sender.start(() -> sendAll(socket.frames(), 100_000, sent));
            }
            Eventually.until("all senders started", () -> sent.get() > 40 * 100_000);
            Eventually.untilStill("all senders", PAUSED, sent::get);

            assertOthersAreServed("lively-beside-uploads");
        } finally {
            over.fire();
            for (RawWebSocket socket : stalled) {
                socket.reset();
            }
        }
    }

    private void assertOthersAreServed(String test) throws IOException {
        try (RawWebSocket lively = fixture.open(test, PROTOCOL);
                RawHttp client = fixture.http()) {
            lively.frames().send(Frame.text("still fine"));
            assertEquals(Frame.text("still fine"), lively.frames().nextMessage());
            assertEquals("ok", client.get(fixture.target("/_stcore/health")).text());
        }
    }
}
