package org.streamlitgateway.channel;

import java.nio.charset.StandardCharsets;

/** One frame for a feed: either text or binary, the other is {@code null}. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Payload(String text, byte[] binary) {
    /** The largest that is taken from a subscriber, in bytes. */
    static final int MAX_BYTES = 1 << 20;

    static Payload text(String text) {
        return new Payload(text, null);
    }

    static Payload binary(byte[] bytes) {
        return new Payload(null, bytes);
    }

    int size() {
        return text == null ? binary.length : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
