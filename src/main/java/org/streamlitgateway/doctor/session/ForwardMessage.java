package org.streamlitgateway.doctor.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of the beginning of a message from Streamlit (ForwardMsg). Accepts arbitrary bytes: fields that are cut off or
 * malformed do not exist.
 */
final class ForwardMessage {
    static final int NEW_SESSION = 4;
    static final int DELTA = 5;
    static final int SCRIPT_FINISHED = 6;
    static final int FILE_URLS = 19;

    private static final Pattern MEDIA = Pattern.compile("/media/[0-9a-f]{32,128}\\.[a-z0-9]{1,8}");
    private static final int MAX_TEXT = 200;

    private final byte[] bytes;
    private final int start;
    private final int end;

    ForwardMessage(ByteBuffer message) {
        this(copy(message), 0, message.remaining());
    }

    private static byte[] copy(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        return bytes;
    }

    private ForwardMessage(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    boolean has(int number) {
        return find(number) >= 0 || message(number) != null;
    }

    /** Returns the message in the first field with this number; {@code null} if there is none. */
    ForwardMessage message(int... numbers) {
        ForwardMessage inner = this;
        for (int number : numbers) {
            inner = inner == null ? null : inner.lengthDelimited(number);
        }
        return inner;
    }

    /** Returns the text at this path of field numbers; empty if there is none, or it is too long to be true. */
    String text(int... numbers) {
        ForwardMessage text = message(numbers);
        return text == null || text.end - text.start > MAX_TEXT
                ? ""
                : new String(bytes, text.start, text.end - text.start, StandardCharsets.UTF_8);
    }

    /** Returns the address of a media file that the message shows; empty without one. */
    String media() {
        Matcher media = MEDIA.matcher(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
        return media.find() ? media.group() : "";
    }

    /** Returns the value of the first varint field with this number; negative if there is none. */
    long find(int number) {
        Cursor cursor = new Cursor();
        while (cursor.next()) {
            if (cursor.number == number && cursor.type == 0) {
                return cursor.value;
            }
        }
        return -1;
    }

    private ForwardMessage lengthDelimited(int number) {
        Cursor cursor = new Cursor();
        while (cursor.next()) {
            if (cursor.number == number && cursor.type == 2) {
                return new ForwardMessage(bytes, cursor.contentStart, cursor.at);
            }
        }
        return null;
    }

    /** Position between two fields. A length-delimited field that is cut off by the end is shortened to it. */
    private final class Cursor {
        private int at = start;
        private int number;
        private int type;
        private long value;
        private int contentStart;

        boolean next() {
            if (at >= end) {
                return false;
            }
            long tag = varint();
            number = (int) (tag >>> 3);
            type = (int) (tag & 7);
            contentStart = at;
            switch (type) {
                case 0 -> value = varint();
                case 1 -> at += 8;
                case 5 -> at += 4;
                case 2 -> {
                    long length = varint();
                    contentStart = at;
                    at = length < 0 ? end : (int) Math.min(end, at + length);
                }
                default -> at = end;
            }
            boolean valid = tag > 0 && at <= end && type != 3 && type != 4 && type < 6;
            at = Math.min(at, end);
            return valid;
        }

        private long varint() {
            long result = 0;
            for (int shift = 0; shift < 64 && at < end; shift += 7) {
                byte next = bytes[at++];
                result |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return result;
                }
            }
            return -1;
        }
    }
}
