package org.streamlitgateway.channel.feed;

import org.streamlitgateway.config.ChannelConfig.Mode;

/**
 * A channel at a glance; counts run since the gateway started.
 *
 * @param upstreams sockets to the feed that are wanted
 * @param open how many of these are open
 * @param messages came from the feed
 * @param delivered were handed to subscribers
 * @param dropped were left out for slow subscribers
 * @param behind subscribers that were closed because they were too slow
 * @param sent messages that went to the feed or wait for it
 * @param rejected messages that did not
 * @param reconnects how often the feed was dialled again
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
