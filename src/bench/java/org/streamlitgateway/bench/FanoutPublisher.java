package org.streamlitgateway.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes messages of {@value #MESSAGE_BYTES} bytes that contain the time of writing. */
final class FanoutPublisher {
    static final int MESSAGE_BYTES = 200;

    /** Maximum number of messages in flight to the average subscriber. */
    private static final int WINDOW = 256;

    /** Size of the gateway's envelope with a five-digit number; bare frames are padded by as much. */
    private static final int ENVELOPE_BYTES = 38;

    private final OutputStream out;
    private final boolean masked;
    private long sent;

    FanoutPublisher(OutputStream out, boolean masked) {
        this.out = out;
        this.masked = masked;
    }

    void flood(FanoutSubscribers subscribers, int count, long base, long end) throws IOException {
        while (System.nanoTime() < end) {
            if ((subscribers.deliveries() - base) / count + WINDOW > sent) {
                send();
            } else {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    void pace(int perSecond, long end) throws IOException {
        long next = System.nanoTime();
        while (next < end) {
            send();
            next += TimeUnit.SECONDS.toNanos(1) / perSecond;
            while (System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }

    long sent() {
        return sent;
    }

    private void send() throws IOException {
        StringBuilder text =
                new StringBuilder("{\"t\":").append(System.nanoTime()).append(",\"x\":\"");
        int length = MESSAGE_BYTES + (masked ? ENVELOPE_BYTES : 0);
        while (text.length() < length - 2) {
            text.append('x');
        }
        byte[] payload = text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) 0x81).put((byte) (126 | (masked ? 0x80 : 0))).putShort((short) payload.length);
        if (masked) {
            frame.putInt(0);
        }
        frame.put(payload);
        out.write(frame.array(), 0, frame.position());
        sent++;
    }
}
