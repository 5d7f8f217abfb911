package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Arbitrary bytes as the frames of one peer: headers are read completely or not at all, and every violation is found. */
class FrameFuzzTest {
    private static final long MAX_MESSAGE_BYTES = 1L << 40;

    @FuzzTest
    void headerFieldsMatchTheirBytes(byte[] input) {
        if (input.length < 1) {
            return;
        }
        boolean masked = (input[0] & 1) != 0;
        FrameHeader header = new FrameHeader(masked, MAX_MESSAGE_BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(input);
        boolean inMessage = false;
        long before = 0; // bytes of the unfinished message
        for (int at = 1; at < input.length; ) {
            int size = header.read(bytes, at, input.length);
            if (size == 0) {
                assertTrue(input.length - at < FrameHeader.MAX_BYTES, "a complete header was not read");
                return;
            }
            assertTrue(size >= 2 && size <= FrameHeader.MAX_BYTES && at + size <= input.length, () -> "size " + size);
            assertEquals(input[at] & 0x0f, header.opcode());
            boolean violates =
                    violatesByFirstTwoBytes(input, at, masked, inMessage) || violates(bytes, at, header, before);
            assertEquals(violates, header.violation() != null);
            if (violates) {
                return;
            }
            assertEquals(lengthAt(bytes, at), header.length());
            assertEquals(0, header.read(bytes, at, at + size - 1), "read beyond its end");
            header.read(bytes, at, input.length);
            if (!header.isControl()) {
                before = header.length() + (inMessage ? before : 0);
                header.beginPayload();
                inMessage = !header.endPayload();
            }
            at += size + (int) Math.min(header.length(), input.length);
        }
    }

    private static long lengthAt(ByteBuffer bytes, int at) {
        int first = bytes.get(at + 1) & 0x7f;
        return first < 126 ? first : first == 126 ? bytes.getShort(at + 2) & 0xffff : bytes.getLong(at + 2);
    }

    /** RFC 6455 sections 5.2, 5.4 and 5.5 once more, as plainly as possible: violations that the first two bytes show. */
    private static boolean violatesByFirstTwoBytes(byte[] input, int at, boolean mustMask, boolean inMessage) {
        int first = input[at] & 0xff;
        int opcode = first & 0x0f;
        boolean fin = first >= 0x80;
        int length = input[at + 1] & 0x7f;
        if ((first & 0x70) != 0 || input[at + 1] < 0 != mustMask) {
            return true;
        }
        return switch (opcode) {
            case 0 -> !inMessage;
            case 1, 2 -> inMessage;
            case 8 -> !fin || length > 125 || length == 1;
            case 9, 10 -> !fin || length > 125;
            default -> true;
        };
    }

    /** Whether the length is not in its shortest encoding or exceeds the limit of a message. */
    private static boolean violates(ByteBuffer bytes, int at, FrameHeader header, long before) {
        int first = bytes.get(at + 1) & 0x7f;
        long length = lengthAt(bytes, at);
        boolean tooLong = !header.isControl()
                && length > MAX_MESSAGE_BYTES - (header.opcode() == FrameHeader.CONTINUATION ? before : 0);
        return first == 126 && length < 126 || first == 127 && length < 1 << 16 || tooLong;
    }
}
