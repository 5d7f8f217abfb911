package org.streamlitgateway.channel.protocol;

/**
 * State of a feed.
 *
 * @param change number of changes so far; tells subscribers which status they have reported last
 * @param reason a fixed text, or empty
 */
public record FeedStatus(long change, ChannelState state, String reason) {
    public static final String NOT_STARTED = "the channel has had no subscribers yet";
    public static final String UNUSED = "the channel has no subscribers";
    public static final String ENDED = "the channel was closed";
    public static final String UNREACHABLE = "the feed cannot be reached";
    public static final String TIMED_OUT = "the feed did not answer in time";
    public static final String SILENT = "the feed stopped answering pings";
    public static final String LOST = "the connection to the feed was lost";

    public FeedStatus changedTo(ChannelState newState, String newReason) {
        return new FeedStatus(change + 1, newState, newReason);
    }
}
