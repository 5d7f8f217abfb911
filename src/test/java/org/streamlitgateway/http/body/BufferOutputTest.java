package org.streamlitgateway.http.body;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BufferOutputTest {
    private final List<ByteBuffer> written = new ArrayList<>();

    @Test
    void unknownContainerGetsACopyThatItMayKeep() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(5).put(ascii("hello")).flip();
        BufferOutput.write(new KeepingOutput(), bytes.position(1));
        bytes.clear().put(ascii("again")); // like a buffer that is released to its pool
        assertEquals(List.of("ello"), texts());
    }

    @Test
    void onlyTheBufferRangeOfAnArrayIsWritten() throws IOException {
        BufferOutput.write(
                new KeepingOutput(),
                ByteBuffer.wrap(ascii("a hello too"), 2, 6).slice().limit(5));
        assertEquals(List.of("hello"), texts());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "unknown",
            value = {
                "org.eclipse.jetty.ee10.servlet.HttpOutput, 12.1.0, true",
                "org.eclipse.jetty.ee10.servlet.HttpOutput, 12.1.8, true",
                "org.eclipse.jetty.ee10.servlet.HttpOutput, 12.0.31, false",
                "org.eclipse.jetty.ee10.servlet.HttpOutput, unknown, false",
                "org.apache.catalina.connector.CoyoteOutputStream, 10.1.7, false",
                "org.apache.catalina.connector.CoyoteOutputStream, 10.1.8, true",
                "org.apache.catalina.connector.CoyoteOutputStream, 10.1.59, true",
                "org.apache.catalina.connector.CoyoteOutputStream, 11.0.24, true",
                "org.apache.catalina.connector.CoyoteOutputStream, next, false",
                "io.undertow.servlet.spec.ServletOutputStreamImpl, 39.0.1.Final, false",
            })
    void onlyContainersThatReleaseABufferWhenReadyGetIt(String output, String version, boolean direct) {
        assertEquals(direct, BufferOutput.releasesWhenReady(output, version));
    }

    private List<String> texts() {
        return written.stream().map(bytes -> US_ASCII.decode(bytes).toString()).toList();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Output that keeps buffers after write has returned, as Undertow does. */
    public final class KeepingOutput extends ServletOutputStream {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        public void write(ByteBuffer buffer) {
            written.add(buffer);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            written.add(ByteBuffer.wrap(bytes, from, length));
        }

        @Override
        public void write(int oneByte) {
            written.add(ByteBuffer.wrap(new byte[] {(byte) oneByte}));
        }
    }
}
