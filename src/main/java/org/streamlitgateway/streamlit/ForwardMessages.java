package org.streamlitgateway.streamlit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.grammar.PathPrefix;

/**
 * Reader and editor of Streamlit's messages to the browser (protobuf ForwardMsg, as of Streamlit 1.64). It reads the
 * session id and changes the URL of a log-in redirect. Arbitrary bytes are accepted; bytes that are not protobuf have
 * no fields.
 */
public final class ForwardMessages {
    /** Size up to which a message is inspected. The messages of interest are shorter. */
    public static final int MAX_BYTES = 64 * 1024;

    /** Limit of a session id, which is kept in memory during the session. Streamlit's ids are UUIDs. */
    private static final int MAX_ID_BYTES = 128;

    private static final int NEW_SESSION = 4;
    private static final int INITIALIZE = 1;
    private static final int SESSION_ID = 6;
    private static final int AUTH_REDIRECT = 24;
    private static final int URL = 1;

    private ForwardMessages() {}

    /** Returns {@code new_session.initialize.session_id}, or {@code null} if the message has none. */
    public static String sessionId(ByteBuffer message) {
        ByteBuffer newSession = field(message.slice(), NEW_SESSION);
        ByteBuffer initialize = newSession == null ? null : field(newSession, INITIALIZE);
        ByteBuffer id = initialize == null ? null : field(initialize, SESSION_ID);
        return id == null || id.remaining() > MAX_ID_BYTES
                ? null
                : StandardCharsets.UTF_8.decode(id).toString();
    }

    /**
     * Returns a copy of the message with the prefix added to {@code auth_redirect.url}, which Streamlit builds from its
     * own base path. Returns {@code null} if the message has no such URL or the URL needs no change.
     */
    public static ByteBuffer withPrefix(ByteBuffer message, String prefix) {
        ByteBuffer redirect = field(message.slice(), AUTH_REDIRECT);
        ByteBuffer url = redirect == null ? null : field(redirect, URL);
        if (url == null) {
            return null;
        }
        String address = StandardCharsets.UTF_8.decode(url).toString();
        String prefixed = PathPrefix.addToAddress(prefix, address);
        if (prefixed.equals(address)) {
            return null;
        }
        byte[] text = prefixed.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(message.remaining() + text.length + 32);
        copyOthers(message.slice(), AUTH_REDIRECT, out);
        int inner = tagSize(URL) + varintSize(text.length) + text.length;
        putVarint(out, AUTH_REDIRECT << 3 | 2);
        putVarint(out, inner);
        putVarint(out, URL << 3 | 2);
        putVarint(out, text.length);
        return out.put(text).flip();
    }

    /**
     * Returns the content of the first length-delimited field with this number, or {@code null}. Moves the buffer's
     * position.
     */
    private static ByteBuffer field(ByteBuffer in, int number) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            int length = skip(in, tag);
            if (length < 0) {
                return null;
            }
            if (tag >>> 3 == number && (tag & 7) == 2) {
                return in.slice(in.position() - length, length);
            }
        }
        return null;
    }

    private static void copyOthers(ByteBuffer in, int number, ByteBuffer out) {
        while (in.hasRemaining()) {
            int start = in.position();
            long tag = varint(in);
            if (skip(in, tag) < 0) {
                return;
            }
            if (tag >>> 3 != number) {
                out.put(in.duplicate().position(start).limit(in.position()));
            }
        }
    }

    /** Skips a field's value and returns its length in bytes, or a negative number if the bytes are not protobuf. */
    private static int skip(ByteBuffer in, long tag) {
        int start = in.position();
        long length;
        switch ((int) (tag & 7)) {
            case 0 -> {
                varint(in);
                length = (long) in.position() - start;
            }
            case 1 -> length = 8;
            case 5 -> length = 4;
            case 2 -> {
                length = varint(in);
                start = in.position();
            }
            default -> length = -1;
        }
        if (tag >>> 3 == 0 || length < 0 || length > in.limit() - start) {
            return -1;
        }
        in.position(start + (int) length);
        return (int) length;
    }

    /** Reads a varint; negative if it is not terminated. */
    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64 && in.hasRemaining(); shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }

    private static void putVarint(ByteBuffer out, int value) {
        int remaining = value;
        while ((remaining & ~0x7f) != 0) {
            out.put((byte) (remaining & 0x7f | 0x80));
            remaining >>>= 7;
        }
        out.put((byte) remaining);
    }

    private static int tagSize(int number) {
        return varintSize(number << 3);
    }

    private static int varintSize(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
    }
}
