package org.streamlitgateway.channel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a channel has done so far; counted where it happens, read by {@link ChannelStatus}. */
final class Counters {
    final LongAdder messages = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder behind = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder reconnects = new LongAdder();
    final AtomicInteger subscribers = new AtomicInteger();
}
