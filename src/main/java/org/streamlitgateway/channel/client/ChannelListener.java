package org.streamlitgateway.channel.client;

import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.Message;

/** Hears a feed. Called by one thread at a time, in order; while it works, messages wait for it in the outbox. */
@FunctionalInterface
public interface ChannelListener {
    void onMessage(Message message);

    /**
     * The socket to the feed is now like this; also called once at the beginning.
     *
     * @param reason in fixed words, or empty
     */
    default void onState(ChannelState state, String reason) {}

    /** So many messages were left out, because this listener was too slow. */
    default void onGap(long count) {}
}
