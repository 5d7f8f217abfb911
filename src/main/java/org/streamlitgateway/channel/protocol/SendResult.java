package org.streamlitgateway.channel.protocol;

import java.util.Locale;

/**
 * Result of a send. Every send completes with exactly one.
 *
 * @param reason one of the fixed texts below; empty unless rejected
 */
public record SendResult(Outcome outcome, String reason) {
    /** Kinds of results. */
    public enum Outcome {
        /** The message was written to the feed's open connection. */
        DELIVERED,
        /** The feed is down. The message is sent, in order, once the feed is back, unless the gateway stops first. */
        QUEUED,
        /** The message is not sent; with the reason {@link SendResult#UNCERTAIN} the feed may have received it. */
        REJECTED
    }

    public static final String FULL = "too many sends are waiting";
    public static final String TOO_LARGE = "the message is too large";
    public static final String NOT_ALLOWED = "sending to this channel is not allowed";
    public static final String TOO_MANY = "too many sends in too short a time";
    public static final String TOO_SLOW = "the message took too long to arrive";
    public static final String CLOSED = "the channel is closed";
    /** Such a message is never sent again, as the feed might receive it twice. */
    public static final String UNCERTAIN = "the connection was lost while sending; the feed may have got it";

    public static final SendResult DELIVERED = new SendResult(Outcome.DELIVERED, "");
    public static final SendResult QUEUED = new SendResult(Outcome.QUEUED, "");

    public static SendResult rejected(String reason) {
        return new SendResult(Outcome.REJECTED, reason);
    }

    /** Returns the name of the outcome in the protocol. */
    public String protocolName() {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
