package org.streamlitgateway.channel.feed;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of a channel, shared by its feeds and subscribers and read by {@link ChannelStatus}. */
public record Counters(
        LongAdder messages,
        LongAdder delivered,
        LongAdder dropped,
        LongAdder behind,
        LongAdder sent,
        LongAdder rejected,
        LongAdder reconnects,
        AtomicInteger subscribers) {
    public Counters() {
        this(
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new AtomicInteger());
    }
}
