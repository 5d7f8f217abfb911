package org.streamlitgateway.channel.protocol;

import java.nio.charset.StandardCharsets;
import org.streamlitgateway.config.ChannelConfig.Mode;

/**
 * What the gateway itself tells a subscriber.
 *
 * @param type the protocol's name for it; {@link #PING} is none of these
 * @param json the text frame
 * @param seq the number of the last message before it, for an event stream's id
 * @param status for {@code hello} and {@code state}: how the feed is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ControlMessage(String type, byte[] json, long seq, FeedStatus status) implements Outbound {
    public static final String HELLO = "hello";
    public static final String STATE = "state";
    public static final String GAP = "gap";
    static final String SENT = "sent";
    static final String GREETING = "greeting";

    /** Asks for a sign of life, in whatever way the subscriber's connection has for it. */
    public static final ControlMessage PING = new ControlMessage("ping", new byte[0], -1, null);

    public static ControlMessage hello(String channel, Mode mode, String epoch, long seq, FeedStatus status) {
        String head = "{\"type\":\"hello\",\"channel\":" + Json.quote(channel)
                + ",\"mode\":\"" + word(mode)
                + "\",\"epoch\":\"" + epoch + "\",\"seq\":" + seq + ",";
        return of(HELLO, head + state(status) + "}", seq, status);
    }

    public static ControlMessage state(FeedStatus status, long seq) {
        return of(STATE, "{\"type\":\"state\"," + state(status) + "}", seq, status);
    }

    /** Messages {@code from} to {@code to}, both included, are not coming. */
    public static ControlMessage gap(long from, long to) {
        String json = "{\"type\":\"gap\",\"from\":" + from + ",\"to\":" + to + ",\"count\":" + (to - from + 1) + "}";
        return of(GAP, json, to, null);
    }

    /** The numbering began anew, so that nobody knows what was missed. */
    public static ControlMessage unknownGap(long seq) {
        return of(GAP, "{\"type\":\"gap\",\"count\":null}", seq, null);
    }

    public static ControlMessage sent(String id, SendResult sent) {
        String reason = sent.reason().isEmpty() ? "" : ",\"reason\":" + Json.quote(sent.reason());
        String json =
                "{\"type\":\"sent\",\"id\":" + Json.quote(id) + ",\"outcome\":\"" + sent.word() + "\"" + reason + "}";
        return of(SENT, json, -1, null);
    }

    /** Whether what the feed is to be told on each connection will be; {@code reason} is empty when it will. */
    public static ControlMessage greeting(String reason) {
        String outcome = reason.isEmpty() ? "\"accepted\"" : "\"rejected\",\"reason\":" + Json.quote(reason);
        return of(GREETING, "{\"type\":\"greeting\",\"outcome\":" + outcome + "}", -1, null);
    }

    /** A channel among others. */
    public static String summary(String channel, Mode mode) {
        return "{\"name\":" + Json.quote(channel) + ",\"mode\":\"" + word(mode) + "\"}";
    }

    private static String word(Mode mode) {
        return mode == Mode.SHARED ? "shared" : "dedicated";
    }

    private static String state(FeedStatus status) {
        return "\"state\":\"" + status.state().word() + "\",\"reason\":" + Json.quote(status.reason());
    }

    private static ControlMessage of(String type, String json, long seq, FeedStatus status) {
        return new ControlMessage(type, json.getBytes(StandardCharsets.UTF_8), seq, status);
    }
}
