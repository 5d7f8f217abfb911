package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.ProcessProbe;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.OnEveryDeployment;

/** Transfers that are larger than the gateway's whole heap (128 MiB) pass through it without loss or change. */
class BigTransfersIT extends OnEveryDeployment {
    private static final long GIGABYTE = 1_000_000_000;

    /** Largest message that Streamlit accepts. */
    private static final long MAX_MESSAGE = 200_000_000;

    /** Heap, direct buffers, code and stacks of a gateway that buffers no message or body whole. */
    private static final long RESIDENT_MEBIBYTES = 500;

    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    private void assertSmallGateway() {
        if (!deployment.name().equals("direct")) {
            long resident = new ProcessProbe(fixture.gateway().pid()).residentMebibytes();
            assertTrue(resident < RESIDENT_MEBIBYTES, "resident MiB: " + resident);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/bytes/", "/chunked-bytes/"})
    void gigabyteDownloadArrivesWhole(String route) throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target(route + GIGABYTE)));
            BodyReader.Summary body = client.body(client.readHead(), "GET").summarize();

            assertEquals(new BodyReader.Summary(GIGABYTE, body.crc32c(), true, End.COMPLETE), body);
        }
        assertSmallGateway();
    }

    @Test
    void gigabyteUploadOfKnownLengthArrivesWhole() throws IOException {
        // streamlit #8983: Streamlit sets the upload limit, not the proxy.
        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/sink"), "Content-Length: " + GIGABYTE));
            PatternBytes.write(client.output(), GIGABYTE, new AtomicLong());

            assertArrivedWhole(client.readResponse("PUT"));
        }
        assertSmallGateway();
    }

    @Test
    void gigabyteUploadInChunksArrivesWhole() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/sink"), "Transfer-Encoding: chunked"));
            PatternBytes.write(new Chunks(client.output()), GIGABYTE, new AtomicLong());
            client.send("0\r\n\r\n");

            assertArrivedWhole(client.readResponse("PUT"));
        }
        assertSmallGateway();
    }

    private static void assertArrivedWhole(RawResponse response) {
        assertEquals(200, response.status());
        String text = response.text();
        assertTrue(text.contains("length=" + GIGABYTE + ",") && text.contains("pattern=true"), text);
        assertTrue(text.toUpperCase(Locale.ROOT).contains("END=COMPLETE"), text);
    }

    @Test
    void largestMessageReachesBrowserWhole() throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf("largest-down"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.sendPattern(MAX_MESSAGE);
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("largest-down", PROTOCOL)) {
            assertEquals(MAX_MESSAGE, socket.frames().readPattern());
        }
        assertSmallGateway();
    }

    @Test
    void largestMessageReachesStreamlitWhole() throws IOException {
        Recorder<Long> lengths = new Recorder<>("complete message upstream");
        fixture.upstream().on(GatewayFixture.streamOf("largest-up"), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            lengths.add(frames.readPattern());
            frames.awaitClosing();
        });

        try (RawWebSocket socket = fixture.open("largest-up", PROTOCOL)) {
            socket.frames().sendPattern(MAX_MESSAGE);

            assertEquals(MAX_MESSAGE, lengths.take());
        }
        assertSmallGateway();
    }

    /** Writes one chunk per call, of a size that matches no buffer on the path. */
    private static final class Chunks extends OutputStream {
        private final OutputStream out;

        Chunks(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(bytes, offset, length);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
