package org.streamlitgateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BufferOutputTest {
    private final ByteBuffer direct =
            ByteBuffer.allocateDirect(5).put("hello".getBytes(US_ASCII)).flip().position(1);
    private final ByteBuffer partOfAnArray =
            ByteBuffer.wrap("a hello".getBytes(US_ASCII), 2, 5).slice();

    @Test
    void outputThatTakesBuffersGetsTheBufferItself() throws IOException {
        Buffered output = new Buffered();
        BufferOutput.write(output, direct);
        assertSame(direct, output.last);
    }

    @Test
    void outputThatTakesNoneGetsTheBytes() throws IOException {
        Plain output = new Plain();
        BufferOutput.write(output, direct);
        BufferOutput.write(output, partOfAnArray);
        assertEquals("ellohello", output.taken.toString(US_ASCII));
    }

    @Test
    void eachIsWrittenToInItsOwnWay() throws IOException {
        Buffered one = new Buffered();
        Plain other = new Plain();
        BufferOutput.write(one, direct);
        BufferOutput.write(other, direct);
        BufferOutput.write(one, partOfAnArray);
        assertEquals("ello", other.taken.toString(US_ASCII));
        assertSame(partOfAnArray, one.last);
    }

    @Test
    void aFailureArrivesAsItIs() {
        Buffered output = new Buffered();
        output.failure = new EOFException("gone");
        assertSame(output.failure, assertThrows(IOException.class, () -> BufferOutput.write(output, direct)));
    }

    /** As Jetty's and Tomcat's. */
    public static final class Buffered extends Plain {
        private ByteBuffer last;
        private IOException failure;

        public void write(ByteBuffer buffer) throws IOException {
            if (failure != null) {
                throw failure;
            }
            last = buffer;
        }
    }

    /** As in Servlet 6.0. */
    public static class Plain extends ServletOutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int oneByte) {
            taken.write(oneByte);
        }
    }
}
