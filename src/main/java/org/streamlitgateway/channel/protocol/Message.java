package org.streamlitgateway.channel.protocol;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Message of a feed, numbered and encoded once for all subscribers. Immutable. */
public final class Message implements Outbound {
    private final long seq;
    private final boolean binary;
    /** Text frame of the protocol. */
    private final byte[] envelope;
    /** Holds the payload at {@code offset}; the same array as {@code envelope} if that contains the payload verbatim. */
    private final byte[] payload;

    private final int offset;
    private final int length;
    /** Sizes of all messages up to and including this one, in bytes. */
    private final long total;

    private Message(long seq, boolean binary, byte[] envelope, byte[] payload, int offset, int length, long before) {
        this.seq = seq;
        this.binary = binary;
        this.envelope = envelope;
        this.payload = payload;
        this.offset = offset;
        this.length = length;
        this.total = before + size(envelope, payload);
    }

    static Message text(long seq, String text, boolean json, long before) {
        byte[] head = ("{\"type\":\"message\",\"seq\":" + seq + (json ? ",\"data\":" : ",\"text\":"))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        if (json) {
            byte[] envelope = Json.framed(head, payload);
            return new Message(seq, false, envelope, envelope, head.length, payload.length, before);
        }
        byte[] envelope = Json.framed(head, Json.quoted(text));
        return new Message(seq, false, envelope, payload, 0, payload.length, before);
    }

    static Message binary(long seq, byte[] bytes, long before) {
        String envelope = "{\"type\":\"message\",\"seq\":" + seq + ",\"base64\":\""
                + Base64.getEncoder().encodeToString(bytes) + "\"}";
        return new Message(seq, true, envelope.getBytes(StandardCharsets.US_ASCII), bytes, 0, bytes.length, before);
    }

    /** Returns the number of the message in its feed, starting at 1. */
    public long seq() {
        return seq;
    }

    /** Checks whether the feed sent the message as a binary frame. */
    public boolean isBinary() {
        return binary;
    }

    /** Returns the payload, decoded as UTF-8. */
    public String text() {
        return new String(payload, offset, length, StandardCharsets.UTF_8);
    }

    /** Returns a copy of the payload. */
    public byte[] bytes() {
        byte[] copy = new byte[length];
        System.arraycopy(payload, offset, copy, 0, length);
        return copy;
    }

    /**
     * Parses the payload as JSON: maps, lists, strings, numbers, booleans or {@code null}.
     *
     * @throws UncheckedIOException when the payload is not JSON
     */
    public Object json() {
        try {
            return JSON.std.anyFrom(text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a new buffer over the payload. The bytes are shared and must not be modified. */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(payload, offset, length).slice();
    }

    public byte[] envelope() {
        return envelope;
    }

    /** Returns the size that counts towards every limit in bytes. */
    int size() {
        return size(envelope, payload);
    }

    /** Counts the payload only if it has an array of its own. */
    private static int size(byte[] envelope, byte[] payload) {
        return envelope.length + (payload == envelope ? 0 : payload.length);
    }

    long total() {
        return total;
    }
}
