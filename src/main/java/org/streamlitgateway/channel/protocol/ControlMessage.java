package org.streamlitgateway.channel.protocol;

import java.nio.charset.StandardCharsets;
import org.streamlitgateway.config.ChannelConfig.Mode;

/**
 * Message from the gateway itself to a subscriber.
 *
 * @param type message type in the protocol; {@link #PING} has no counterpart there
 * @param json the text frame
 * @param seq number of the last feed message before this one, used as event id; -1 for none
 * @param status state of the feed, in {@code hello} and {@code state}; otherwise {@code null}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ControlMessage(String type, byte[] json, long seq, FeedStatus status) implements Outbound {
    public static final String HELLO = "hello";
    public static final String STATE = "state";
    public static final String GAP = "gap";
    static final String SENT = "sent";
    static final String GREETING = "greeting";

    /** Keep-alive; each transport sends its own form: a ping frame, a comment, or nothing. */
    public static final ControlMessage PING = new ControlMessage("ping", new byte[0], -1, null);

    public static ControlMessage hello(String channel, Mode mode, String epoch, long seq, FeedStatus status) {
        String head = "{\"type\":\"hello\",\"channel\":" + Json.quote(channel)
                + ",\"mode\":\"" + protocolName(mode)
                + "\",\"epoch\":\"" + epoch + "\",\"seq\":" + seq + ",";
        return of(HELLO, head + state(status) + "}", seq, status);
    }

    public static ControlMessage state(FeedStatus status, long seq) {
        return of(STATE, "{\"type\":\"state\"," + state(status) + "}", seq, status);
    }

    /** Reports that messages {@code from} to {@code to}, both included, will not be delivered. */
    public static ControlMessage gap(long from, long to) {
        String json = "{\"type\":\"gap\",\"from\":" + from + ",\"to\":" + to + ",\"count\":" + (to - from + 1) + "}";
        return of(GAP, json, to, null);
    }

    /** Reports an unknown number of missed messages, after the feed's numbering has restarted. */
    public static ControlMessage unknownGap(long seq) {
        return of(GAP, "{\"type\":\"gap\",\"count\":null}", seq, null);
    }

    public static ControlMessage sent(String id, SendResult result) {
        String reason = result.reason().isEmpty() ? "" : ",\"reason\":" + Json.quote(result.reason());
        String json = "{\"type\":\"sent\",\"id\":" + Json.quote(id) + ",\"outcome\":\"" + result.protocolName() + "\""
                + reason + "}";
        return of(SENT, json, -1, null);
    }

    /** Accepts a greeting when {@code reason} is empty, or else rejects it. */
    public static ControlMessage greeting(String reason) {
        String outcome = reason.isEmpty() ? "\"accepted\"" : "\"rejected\",\"reason\":" + Json.quote(reason);
        return of(GREETING, "{\"type\":\"greeting\",\"outcome\":" + outcome + "}", -1, null);
    }

    /** Describes a channel in the list that answers a look-up by address. */
    public static String summary(String channel, Mode mode) {
        return "{\"name\":" + Json.quote(channel) + ",\"mode\":\"" + protocolName(mode) + "\"}";
    }

    private static String protocolName(Mode mode) {
        return mode == Mode.SHARED ? "shared" : "dedicated";
    }

    private static String state(FeedStatus status) {
        return "\"state\":\"" + status.state().protocolName() + "\",\"reason\":" + Json.quote(status.reason());
    }

    private static ControlMessage of(String type, String json, long seq, FeedStatus status) {
        return new ControlMessage(type, json.getBytes(StandardCharsets.UTF_8), seq, status);
    }
}
