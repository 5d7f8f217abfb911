package org.streamlitgateway.observe;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.streamlitgateway.observe.metrics.AppMetrics;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.streamlit.message.MessageReader;

/** Counter of the messages of one direction of a session. Sums are read by other threads. */
final class SessionMessages implements MessageObserver {
    private final AppMetrics metrics;
    private final Direction direction;
    private final MessageReader reader;
    private final Runnable afterEach;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private boolean binary;
    private long size;

    /**
     * @param reader reads binary messages; {@code null} for none
     * @param afterEach runs after each message that was read
     */
    SessionMessages(AppMetrics metrics, Direction direction, MessageReader reader, Runnable afterEach) {
        this.metrics = metrics;
        this.direction = direction;
        this.reader = reader;
        this.afterEach = afterEach;
    }

    @Override
    public void begin(boolean isBinary) {
        binary = isBinary && reader != null;
        size = 0;
        if (binary) {
            reader.begin();
        }
    }

    @Override
    public void portion(ByteBuffer portion, int at, int count, int mask, long offset) {
        size += count;
        if (binary) {
            reader.read(portion, at, count, mask, offset);
        }
    }

    @Override
    public void end() {
        messages.lazySet(messages.get() + 1); // one thread at a time writes
        bytes.lazySet(bytes.get() + size);
        metrics.message(direction, size);
        if (binary) {
            reader.end();
            afterEach.run();
        }
    }

    long messages() {
        return messages.get();
    }

    long bytes() {
        return bytes.get();
    }
}
