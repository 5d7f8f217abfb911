package org.streamlitgateway.channel.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Message for a feed: either text or binary; the other component is {@code null}. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Payload(String text, byte[] binary) {
    public static Payload text(String text) {
        return new Payload(text, null);
    }

    public static Payload binary(byte[] bytes) {
        return new Payload(null, bytes);
    }

    /** Returns a string that is equal for equal payloads only. */
    public String identity() {
        return text == null ? "binary:" + Base64.getEncoder().encodeToString(binary) : "text:" + text;
    }

    /** Returns the size in bytes; text is measured in UTF-8. */
    public int size() {
        return text == null ? binary.length : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
