package org.streamlitgateway.channel;

/**
 * How a feed is, and why, in fixed words.
 *
 * @param change counts the changes, so that a subscriber knows whether it has been told
 */
record Status(long change, State state, String reason) {
    static final String NOT_YET = "nobody has subscribed yet";
    static final String NOBODY = "nobody subscribes";
    static final String ENDED = "the channel was closed";
    static final String UNREACHABLE = "the feed cannot be reached";
    static final String TIMED_OUT = "the feed did not answer in time";
    static final String SILENT = "the feed fell silent";
    static final String LOST = "the connection to the feed was lost";

    Status then(State next, String why) {
        return new Status(change + 1, next, why);
    }
}
