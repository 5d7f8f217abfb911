package org.streamlitgateway.websocket.splice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.jetty.JettySocket;
import org.streamlitgateway.fixture.SessionObservers;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;

/** Forwards bytes in pieces of any size between two sockets in memory. */
class FramePipeTest {
    private final ScheduledExecutorScheduler scheduler = new ScheduledExecutorScheduler();
    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final MemorySocket source = new MemorySocket(scheduler);
    private final MemorySocket sink = new MemorySocket(scheduler);
    private final SessionObserver observer = SessionObservers.detached();
    private FramePipe down;

    /** Socket in memory that runs callbacks in the thread that adds input. */
    private static final class MemorySocket extends ByteArrayEndPoint {
        MemorySocket(Scheduler scheduler) {
            super(scheduler, 0, new byte[0], 1 << 20);
        }

        @Override
        protected void execute(Runnable task) {
            task.run();
        }
    }

    @BeforeEach
    void open() throws Exception {
        scheduler.start();
        Splice splice = new Splice(null, new SessionRegistry(scheduler, Runnable::run, null), "test", "", observer);
        Peer sourcePeer = new Peer(rawSocket(source), false);
        Peer sinkPeer = new Peer(rawSocket(sink), true);
        down = new FramePipe(splice, sourcePeer, sinkPeer, pool, null);
        FramePipe up = new FramePipe(splice, sinkPeer, sourcePeer, pool, null);
        sourcePeer.connect(down, up);
        sinkPeer.connect(up, down);
        down.wakeUp();
    }

    private static RawSocket rawSocket(MemorySocket socket) {
        return new JettySocket(socket, Runnable::run, opened -> {});
    }

    @AfterEach
    void close() throws Exception {
        scheduler.stop();
    }

    /** Builds an unmasked frame, as a server sends it. */
    private static byte[] frame(int first, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (length < 126) {
            out.write(length);
        } else if (length < 1 << 16) {
            out.write(126);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(127);
            out.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
        }
        for (int i = 0; i < length; i++) {
            out.write('a' + i % 26);
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }

    private void arrive(byte[] bytes) {
        source.addInput(ByteBuffer.wrap(bytes));
    }

    private byte[] written() {
        return BufferUtil.toArray(sink.takeOutput());
    }

    /** Builds a ping that carries the number of bytes before it. */
    private static byte[] ping(long sent) {
        return ByteBuffer.allocate(10).putShort((short) 0x8908).putLong(sent).array();
    }

    /** Removes the inserted pings. */
    private static byte[] withoutControlFrames(byte[] stream) {
        ByteBuffer frames = ByteBuffer.wrap(stream);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameHeader header = new FrameHeader(false, Long.MAX_VALUE);
        while (frames.hasRemaining()) {
            byte[] frame = new byte[header.read(frames, frames.position(), frames.limit()) + (int) header.length()];
            frames.get(frame);
            if (!header.isControl()) {
                header.beginPayload();
                header.endPayload();
                out.writeBytes(frame);
            }
        }
        return out.toByteArray();
    }

    @Test
    void pingFollowsManyBytesToABrowser() {
        byte[] message = frame(0x82, 60_000);
        for (int i = 0; i < 5; i++) {
            arrive(message);
        }

        byte[] five = join(message, message, message, message, message);
        assertArrayEquals(join(five, ping(five.length)), written());
        arrive(frame(0x82, 3));
        assertArrayEquals(frame(0x82, 3), written());
    }

    @Test
    void dataIsForwardedUnchangedAndControlFramesAreNot() {
        byte[] stream = join(
                frame(0x82, 10),
                frame(0x8a, 8),
                frame(0x81, 200),
                frame(0x02, 300),
                frame(0x8a, 0),
                frame(0x80, 5),
                frame(0x82, 70_000));
        byte[] expected =
                join(frame(0x82, 10), frame(0x81, 200), frame(0x02, 300), frame(0x80, 5), frame(0x82, 70_000));
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            for (int at = 0; at < stream.length; ) {
                int size = Math.min(stream.length - at, 1 + random.nextInt(round % 2 == 0 ? 20 : 5000));
                arrive(Arrays.copyOfRange(stream, at, at + size));
                at += size;
            }
            assertArrayEquals(expected, withoutControlFrames(written()), "round " + round);
        }
        assertEquals(200 * 4, observer.messages(Direction.DOWN));
    }

    @Test
    void bufferIsHeldOnlyWithAnIncompleteFrame() {
        arrive(frame(0x82, 100));
        assertEquals(0, pool.getLeaks().size());
        arrive(new byte[] {(byte) 0x8a});
        assertEquals(1, pool.getLeaks().size());
        arrive(new byte[] {0});
        assertEquals(0, pool.getLeaks().size());
    }

    @Test
    void pingWaitsForTheEndOfTheFrame() {
        byte[] frame = frame(0x82, 70_000);
        arrive(Arrays.copyOf(frame, 50_000));
        down.requestPing();
        assertEquals(50_000, written().length);
        arrive(join(Arrays.copyOfRange(frame, 50_000, frame.length), frame(0x82, 3)));

        byte[] tail = Arrays.copyOfRange(frame, 50_000, frame.length);
        assertArrayEquals(join(tail, ping(frame.length), frame(0x82, 3)), written());
    }

    @Test
    void nothingFollowsTheCloseFrame() {
        arrive(join(frame(0x82, 3), new byte[] {(byte) 0x82}));
        down.queueClose(FrameWriter.close(CloseStatus.of(Outcome.STOPPING), false));
        arrive(new byte[] {3, 'a', 'b', 'c'});
        arrive(frame(0x82, 3));

        byte[] close = BufferUtil.toArray(FrameWriter.close(CloseStatus.of(Outcome.STOPPING), false));
        assertArrayEquals(join(frame(0x82, 3), close), written());
    }
}
