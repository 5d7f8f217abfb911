package org.streamlitgateway.channel.protocol;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.streamlitgateway.config.ChannelConfig.Limits;

/**
 * The last messages of a feed in a ring, by number. Keeps as many as the larger of history and outbox asks for, and at
 * least the last one. All is guarded by {@code this}, and held for a few copies at most.
 */
public final class History {
    private static final int FIRST_CAPACITY = 16;

    private final String epoch =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final Limits limits;
    private final int mostMessages;
    private final long mostBytes;
    private Message[] ring = new Message[FIRST_CAPACITY];
    private long oldest = 1;
    private long bytes;
    private volatile long head;
    private volatile long total;

    public History(Limits limits) {
        this.limits = limits;
        this.mostMessages = Math.max(1, Math.max(limits.history(), limits.outbox()));
        this.mostBytes = Math.max(limits.historyBytes(), limits.outboxBytes());
    }

    /** Names this numbering: another epoch, another numbering. */
    public String epoch() {
        return epoch;
    }

    /** Number of the newest message, 0 before the first. */
    public long head() {
        return head;
    }

    public synchronized long oldest() {
        return oldest;
    }

    /** Called by one thread at a time, and encodes before it locks. */
    public void append(String text, boolean json) {
        add(Message.text(head + 1, text, json, total));
    }

    /** Like {@link #append(String, boolean)}. */
    public void append(byte[] binary) {
        add(Message.binary(head + 1, binary, total));
    }

    private synchronized void add(Message message) {
        long seq = message.seq();
        if (seq - oldest >= ring.length) {
            if (ring.length < mostMessages) {
                grow();
            } else {
                evict();
            }
        }
        ring[slot(seq)] = message;
        total = message.total();
        bytes += message.size();
        head = seq;
        while (oldest < seq && (seq - oldest >= mostMessages || bytes > mostBytes)) {
            evict();
        }
    }

    private void evict() {
        bytes -= ring[slot(oldest)].size();
        ring[slot(oldest)] = null;
        oldest++;
    }

    private void grow() {
        Message[] larger = new Message[Math.min(mostMessages, ring.length * 2)];
        for (long seq = oldest; seq <= head; seq++) {
            larger[(int) (seq % larger.length)] = ring[slot(seq)];
        }
        ring = larger;
    }

    private int slot(long seq) {
        return (int) (seq % ring.length);
    }

    /** Copies messages from number {@code from} on; returns the number after the last copied. */
    public synchronized long copy(long from, int most, int mostBytesOfThem, List<Outbound> into) {
        long seq = from;
        int room = mostBytesOfThem;
        for (int i = 0; i < most && seq <= head && room > 0; i++, seq++) {
            Message message = ring[slot(seq)];
            room -= message.size();
            into.add(message);
        }
        return seq;
    }

    /** Whether messages {@code from} to the newest are more than one outbox may hold. */
    public synchronized boolean exceedsOutbox(long from) {
        return from <= head && (head - from + 1 > limits.outbox() || bytesFrom(from) > limits.outboxBytes());
    }

    /** The first message from {@code from} on that fits into an outbox together with all newer ones. */
    public synchronized long firstInOutbox(long from) {
        return firstWithin(from, limits.outbox(), limits.outboxBytes());
    }

    /** The first message that one who comes back can still get. */
    public synchronized long firstInHistory(long from) {
        return firstWithin(from, limits.history(), limits.historyBytes());
    }

    private long firstWithin(long from, int most, long mostOfBytes) {
        long first = Math.max(Math.max(from, oldest), head - most + 1);
        while (first <= head && bytesFrom(first) > mostOfBytes) {
            first++;
        }
        return first;
    }

    /** {@code from} may be older than what is kept. */
    private long bytesFrom(long from) {
        Message first = ring[slot(Math.max(from, oldest))];
        return total - (first.total() - first.size());
    }
}
