package org.streamlitgateway.channel.feed;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a channel has done so far; counted where it happens, read by {@link ChannelStatus}. */
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
