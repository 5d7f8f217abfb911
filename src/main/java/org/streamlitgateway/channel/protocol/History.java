package org.streamlitgateway.channel.protocol;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.streamlitgateway.config.ChannelConfig.Limits;

/**
 * Ring buffer of a feed's latest messages, addressed by their numbers. Its capacity is the larger of history and outbox;
 * the newest message is always kept. Guarded by {@code this}; the lock is held for a bounded number of copies.
 */
public final class History {
    private static final int FIRST_CAPACITY = 16;

    private final String epoch =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final Limits limits;
    private final int maxMessages;
    private final long maxBytes;
    private Message[] ring = new Message[FIRST_CAPACITY];
    private long oldest = 1;
    private long bytes;
    private volatile long head;
    private volatile long total;

    public History(Limits limits) {
        this.limits = limits;
        this.maxMessages = Math.max(1, Math.max(limits.history(), limits.outbox()));
        this.maxBytes = Math.max(limits.historyBytes(), limits.outboxBytes());
    }

    /** Identifies the numbering of messages. Numbers of different epochs are not comparable. */
    public String epoch() {
        return epoch;
    }

    /** Returns the number of the newest message, 0 before the first. */
    public long head() {
        return head;
    }

    public synchronized long oldest() {
        return oldest;
    }

    /** Appends a message; called by one thread at a time. Encodes the message before taking the lock. */
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
            if (ring.length < maxMessages) {
                grow();
            } else {
                evict();
            }
        }
        ring[slot(seq)] = message;
        total = message.total();
        bytes += message.size();
        head = seq;
        while (oldest < seq && (seq - oldest >= maxMessages || bytes > maxBytes)) {
            evict();
        }
    }

    private void evict() {
        bytes -= ring[slot(oldest)].size();
        ring[slot(oldest)] = null;
        oldest++;
    }

    private void grow() {
        Message[] larger = new Message[Math.min(maxMessages, ring.length * 2)];
        for (long seq = oldest; seq <= head; seq++) {
            larger[(int) (seq % larger.length)] = ring[slot(seq)];
        }
        ring = larger;
    }

    private int slot(long seq) {
        return (int) (seq % ring.length);
    }

    /** Copies messages starting at {@code from}. Returns the number after the last one copied. */
    public synchronized long copy(long from, int maxCount, int maxSize, List<Outbound> into) {
        long seq = from;
        int remainingBytes = maxSize;
        for (int i = 0; i < maxCount && seq <= head && remainingBytes > 0; i++, seq++) {
            Message message = ring[slot(seq)];
            remainingBytes -= message.size();
            into.add(message);
        }
        return seq;
    }

    /** Checks whether the messages from {@code from} to the newest exceed the limits of one outbox. */
    public synchronized boolean exceedsOutbox(long from) {
        return from <= head && (head - from + 1 > limits.outbox() || bytesFrom(from) > limits.outboxBytes());
    }

    /** Returns the first number, not below {@code from}, that fits into an outbox together with all newer messages. */
    public synchronized long firstInOutbox(long from) {
        return firstWithin(from, limits.outbox(), limits.outboxBytes());
    }

    /** Returns the first number, not below {@code from}, that a resuming subscriber can still get. */
    public synchronized long firstInHistory(long from) {
        return firstWithin(from, limits.history(), limits.historyBytes());
    }

    private long firstWithin(long from, int maxCount, long maxSize) {
        long first = Math.max(Math.max(from, oldest), head - maxCount + 1);
        while (first <= head && bytesFrom(first) > maxSize) {
            first++;
        }
        return first;
    }

    /** Returns the size of the kept messages that are not older than {@code from}. */
    private long bytesFrom(long from) {
        Message first = ring[slot(Math.max(from, oldest))];
        return total - (first.total() - first.size());
    }
}
