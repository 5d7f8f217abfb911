package org.streamlitgateway.channel.feed;

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
        long reconnects) {}
