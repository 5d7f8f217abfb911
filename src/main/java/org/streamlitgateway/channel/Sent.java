package org.streamlitgateway.channel;

import java.util.Locale;

/**
 * What became of a send; there is exactly one for each.
 *
 * @param reason in fixed words; empty unless rejected
 */
public record Sent(Outcome outcome, String reason) {
    /** The ways in which a send can end. */
    public enum Outcome {
        /** Handed to the feed's open socket. */
        DELIVERED,
        /** The feed is down; it goes out, in order, when the feed is back and the gateway still runs. */
        QUEUED,
        /** It does not go out, but for {@link Sent#UNCERTAIN}. */
        REJECTED
    }

    static final String FULL = "too many sends are waiting";
    static final String TOO_LARGE = "the message is too large";
    static final String NOT_ALLOWED = "you may not send here";
    static final String TOO_MANY = "too many sends in too short a time";
    static final String TOO_SLOW = "the message took too long to arrive";
    static final String CLOSED = "the channel is closed";
    /** Never sent again: the feed would get it twice. */
    static final String UNCERTAIN = "the connection was lost while sending; the feed may have got it";

    static final Sent DELIVERED = new Sent(Outcome.DELIVERED, "");
    static final Sent QUEUED = new Sent(Outcome.QUEUED, "");

    static Sent rejected(String reason) {
        return new Sent(Outcome.REJECTED, reason);
    }

    String word() {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
