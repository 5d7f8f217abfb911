package org.streamlitgateway.channel.protocol;

/**
 * How a feed is, and why, in fixed words.
 *
 * @param change counts the changes, so that a subscriber knows whether it has been told
 */
public record FeedStatus(long change, ChannelState state, String reason) {
    public static final String NOT_YET = "nobody has subscribed yet";
    public static final String NOBODY = "nobody subscribes";
    public static final String ENDED = "the channel was closed";
    public static final String UNREACHABLE = "the feed cannot be reached";
    public static final String TIMED_OUT = "the feed did not answer in time";
    public static final String SILENT = "the feed fell silent";
    public static final String LOST = "the connection to the feed was lost";

    public FeedStatus then(ChannelState next, String why) {
        return new FeedStatus(change + 1, next, why);
    }
}
