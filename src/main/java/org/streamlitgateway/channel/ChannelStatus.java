package org.streamlitgateway.channel;

import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.config.ChannelConfig.Mode;

/**
 * Snapshot of a channel. Counts start with the gateway.
 *
 * @param upstreams feed connections that are open or being opened
 * @param open feed connections that are open
 * @param messages messages received from the feed
 * @param delivered messages written to subscribers
 * @param dropped messages left out for slow subscribers
 * @param behind subscribers that were closed for being too slow
 * @param sent messages sent to the feed or queued for it
 * @param rejected messages that were not accepted for the feed
 * @param reconnects lost connections and failed attempts to connect
 * @param state state of the feed connection; of the best one in a dedicated channel
 * @param sequence number of the newest message; negative in a dedicated channel
 * @param furthestBehind messages that the slowest subscriber has still to receive
 */
public record ChannelStatus(
        String name,
        Mode mode,
        int subscribers,
        int upstreams,
        int open,
        long messages,
        long delivered,
        long dropped,
        long behind,
        long sent,
        long rejected,
        long reconnects,
        ChannelState state,
        long sequence,
        long furthestBehind) {}
