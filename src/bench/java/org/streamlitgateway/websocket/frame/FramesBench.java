package org.streamlitgateway.websocket.frame;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of parsing frames: the headers of a rerun's eight messages, and text, which has to be validated. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FramesBench {
    private static final int FRAMES = 8;
    private static final int SIZE = 1000;

    private final ByteBuffer frames = ByteBuffer.allocateDirect(FRAMES * (SIZE + 4));
    private final FrameHeader header = new FrameHeader(false, Long.MAX_VALUE);
    private final Utf8Validator utf8 = new Utf8Validator();

    public FramesBench() {
        for (int i = 0; i < FRAMES; i++) {
            frames.put((byte) 0x82).put((byte) 126).putShort((short) SIZE).put(new byte[SIZE]);
        }
        frames.flip();
    }

    @Benchmark
    public long headersOfARerun() {
        long total = 0;
        for (int at = 0; at < frames.limit(); ) {
            at += header.read(frames, at, frames.limit());
            if (header.violation() != null) {
                throw new IllegalStateException();
            }
            header.beginPayload();
            at += (int) header.length();
            header.endPayload();
            total += header.length();
        }
        return total;
    }

    @Benchmark
    public boolean oneKilobyteOfText() {
        return utf8.accept(frames, 4, SIZE, 0x01010101, 0);
    }
}
