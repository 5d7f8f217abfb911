package org.streamlitgateway.channel.protocol;

/**
 * Position in a feed at which a subscription starts.
 *
 * @param epoch numbering that {@code after} belongs to; {@code null} for the current one
 * @param after number of the last message received; negative to start with the next new message
 */
public record ResumePoint(String epoch, long after) {
    /** Starts with the next new message. */
    public static final ResumePoint LIVE = new ResumePoint(null, -1);

    /** Parses values sent by a client. A malformed value counts as an unknown epoch. */
    public static ResumePoint of(String epoch, String after) {
        if (after == null || after.isEmpty()) {
            return LIVE;
        }
        if (!after.matches("\\d{1,18}")) {
            return new ResumePoint("", 0);
        }
        return new ResumePoint(epoch, Long.parseLong(after));
    }

    /** Parses an event id, {@code EPOCH:SEQ}; {@code null} means {@link #LIVE}. */
    public static ResumePoint ofEventId(String id) {
        if (id == null || id.isEmpty()) {
            return LIVE;
        }
        int colon = id.lastIndexOf(':');
        return colon < 0 ? new ResumePoint("", 0) : of(id.substring(0, colon), id.substring(colon + 1));
    }
}
