package org.streamlitgateway.channel.protocol;

import java.util.Locale;

/**
 * What became of a send; there is exactly one for each.
 *
 * @param reason in fixed words; empty unless rejected
 */
public record SendResult(Outcome outcome, String reason) {
    /** The ways in which a send can end. */
    public enum Outcome {
        /** Handed to the feed's open socket. */
        DELIVERED,
        /** The feed is down; it goes out, in order, when the feed is back and the gateway still runs. */
        QUEUED,
        /** It does not go out, but for {@link SendResult#UNCERTAIN}. */
        REJECTED
    }

    public static final String FULL = "too many sends are waiting";
    public static final String TOO_LARGE = "the message is too large";
    public static final String NOT_ALLOWED = "you may not send here";
    public static final String TOO_MANY = "too many sends in too short a time";
    public static final String TOO_SLOW = "the message took too long to arrive";
    public static final String CLOSED = "the channel is closed";
    /** Never sent again: the feed would get it twice. */
    public static final String UNCERTAIN = "the connection was lost while sending; the feed may have got it";

    public static final SendResult DELIVERED = new SendResult(Outcome.DELIVERED, "");
    public static final SendResult QUEUED = new SendResult(Outcome.QUEUED, "");

    public static SendResult rejected(String reason) {
        return new SendResult(Outcome.REJECTED, reason);
    }

    public String word() {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
