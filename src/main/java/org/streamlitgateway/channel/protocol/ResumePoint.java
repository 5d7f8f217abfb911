package org.streamlitgateway.channel.protocol;

/**
 * Where a subscriber wants to begin.
 *
 * @param epoch the numbering that {@code after} belongs to; {@code null} for whatever it is now
 * @param after number of the last message that it has had; negative to begin with the next new one
 */
public record ResumePoint(String epoch, long after) {
    public static final ResumePoint LIVE = new ResumePoint(null, -1);

    /** Reads what a client wrote; anything odd counts as an epoch that is no more. */
    public static ResumePoint of(String epoch, String after) {
        if (after == null || after.isEmpty()) {
            return LIVE;
        }
        if (!after.matches("\\d{1,18}")) {
            return new ResumePoint("", 0);
        }
        return new ResumePoint(epoch, Long.parseLong(after));
    }

    /** Reads {@code EPOCH:SEQ}, the id of an event; {@code null} is {@link #LIVE}. */
    public static ResumePoint ofEventId(String id) {
        if (id == null || id.isEmpty()) {
            return LIVE;
        }
        int colon = id.lastIndexOf(':');
        return colon < 0 ? new ResumePoint("", 0) : of(id.substring(0, colon), id.substring(colon + 1));
    }
}
