package org.streamlitgateway.channel.client;

import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.Message;

/**
 * Receives the events of a feed, in order and by one thread at a time. It may block: meanwhile messages wait in its
 * outbox. Exceptions are logged and do not stop later events.
 */
@FunctionalInterface
public interface ChannelListener {
    /** Called for each message of the feed. */
    void onMessage(Message message);

    /**
     * Called once at the start and whenever the state of the connection to the feed changes.
     *
     * @param reason a fixed text, or empty
     */
    default void onState(ChannelState state, String reason) {}

    /**
     * Called when messages were dropped because this listener was too slow.
     *
     * @param count number of dropped messages
     */
    default void onGap(long count) {}
}
