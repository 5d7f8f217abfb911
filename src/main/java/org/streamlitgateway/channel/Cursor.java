package org.streamlitgateway.channel;

/**
 * Where a subscriber wants to begin.
 *
 * @param epoch the numbering that {@code after} belongs to; {@code null} for whatever it is now
 * @param after number of the last message that it has had; negative to begin with the next new one
 */
record Cursor(String epoch, long after) {
    static final Cursor LIVE = new Cursor(null, -1);

    /** Reads what a client wrote; anything odd counts as an epoch that is no more. */
    static Cursor of(String epoch, String after) {
        if (after == null || after.isEmpty()) {
            return LIVE;
        }
        if (!after.matches("\\d{1,18}")) {
            return new Cursor("", 0);
        }
        return new Cursor(epoch, Long.parseLong(after));
    }

    /** Reads {@code EPOCH:SEQ}, the id of an event; {@code null} is {@link #LIVE}. */
    static Cursor ofEventId(String id) {
        if (id == null || id.isEmpty()) {
            return LIVE;
        }
        int colon = id.lastIndexOf(':');
        return colon < 0 ? new Cursor("", 0) : of(id.substring(0, colon), id.substring(colon + 1));
    }
}
