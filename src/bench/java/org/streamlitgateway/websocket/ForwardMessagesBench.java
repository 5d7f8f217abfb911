package org.streamlitgateway.websocket;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.streamlitgateway.streamlit.ForwardMessages;

/** Cost of inspecting a Streamlit message that needs no change. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForwardMessagesBench {
    /** Hash, metadata, and a delta of 1000 bytes. */
    private final ByteBuffer delta = ByteBuffer.allocate(1100)
            .put((byte) 10)
            .put((byte) 40)
            .put(new byte[40])
            .put((byte) 18)
            .put((byte) 20)
            .put(new byte[20])
            .put((byte) 42)
            .put((byte) 0xe8)
            .put((byte) 7)
            .put(new byte[1000])
            .flip();

    @Benchmark
    public String sessionId() {
        return ForwardMessages.sessionId(delta);
    }

    @Benchmark
    public ByteBuffer withPrefix() {
        return ForwardMessages.withPrefix(delta, "/app");
    }
}
