package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.outcome.Outcome;

/** RFC 6455 section 5.2. */
class FrameHeaderTest {
    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "8200, 2, 0",
        "827d, 2, 125",
        "827e007e, 4, 126",
        "827effff, 4, 65535",
        "827f0000000000010000, 10, 65536",
        "827f00000001ffffffff, 10, 8589934591",
    })
    void everyLengthIsReadOnceTheHeaderIsComplete(String bytes, int size, long length) {
        FrameHeader header = new FrameHeader(false, Long.MAX_VALUE);
        for (int end = 0; end < size; end++) {
            assertEquals(0, header.read(hex(bytes), 0, end), "with " + end + " bytes");
        }
        assertEquals(size, header.read(hex(bytes), 0, size));
        assertEquals(length, header.length());
        assertNull(header.violation());
    }

    @Test
    void maskIsPartOfTheHeader() {
        FrameHeader header = new FrameHeader(true, Long.MAX_VALUE);

        assertEquals(0, header.read(hex("8285010203"), 0, 5));
        assertEquals(6, header.read(hex("828501020304"), 0, 6));
        assertEquals(0x01020304, header.mask());
        assertNull(header.violation());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c200",
                "a200",
                "9200", // reserved bits
                "8300",
                "8b00", // reserved opcodes
                "0900", // a fragmented control frame
                "897e007e", // a control frame longer than 125 bytes
                "8801", // half a close code
                "8000", // a continuation without a message
                "828001020304", // masked by a server
                "827fffffffffffffffff", // a negative length
                "827f8000000000000000",
                "827e007d", // a length that is not in its shortest encoding
                "827e0000",
                "827f000000000000ffff",
                "827f0000000000000001",
            })
    void invalidServerFrameIsAViolation(String bytes) {
        FrameHeader header = new FrameHeader(false, Long.MAX_VALUE);
        header.read(hex(bytes), 0, bytes.length() / 2);

        assertEquals(Outcome.BAD_FRAME, header.violation());
    }

    @Test
    void unmaskedBrowserFrameIsAViolation() {
        FrameHeader header = new FrameHeader(true, Long.MAX_VALUE);
        header.read(hex("8200"), 0, 2);

        assertEquals(Outcome.BAD_FRAME, header.violation());
    }

    @Test
    void newMessageInsideAnotherIsAViolationPingIsNot() {
        FrameHeader header = new FrameHeader(false, Long.MAX_VALUE);
        header.read(hex("0100"), 0, 2);
        header.beginPayload();
        header.endPayload();
        header.read(hex("8900"), 0, 2);
        assertNull(header.violation());
        header.read(hex("8200"), 0, 2);
        assertEquals(Outcome.BAD_FRAME, header.violation());
        header.read(hex("8000"), 0, 2);
        assertNull(header.violation());
        header.beginPayload();
        assertEquals(true, header.isText());
        assertEquals(true, header.endPayload());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "83ff", "87ff", "8bff", "8fff", "f2ff", "a2fe", "c2ff", "827f", "89fe", "88ff", "0980", "80ff", "8881"
            })
    void impossibleFrameIsFoundInTwoBytes(String begin) {
        FrameHeader header = new FrameHeader(true, Long.MAX_VALUE);

        assertEquals(2, header.read(hex(begin), 0, 2));
        assertEquals(Outcome.BAD_FRAME, header.violation());
    }

    @Test
    void allFramesOfAMessageCountAgainstItsLimit() {
        FrameHeader header = new FrameHeader(false, 300);
        header.read(hex("027e0100"), 0, 4);
        assertNull(header.violation());
        header.beginPayload();
        header.read(hex("897d"), 0, 2);
        assertNull(header.violation(), "a ping between");
        header.read(hex("002c"), 0, 2);
        assertNull(header.violation());
        header.beginPayload();
        header.read(hex("8001"), 0, 2);
        assertEquals(Outcome.MESSAGE_TOO_LARGE, header.violation());
    }

    @ParameterizedTest
    @ValueSource(strings = {"827e012d", "827f7fffffffffffffff", "827f0000000100000000"})
    void tooLargeMessageIsFoundByItsHeader(String bytes) {
        FrameHeader header = new FrameHeader(false, 300);
        header.read(hex(bytes), 0, bytes.length() / 2);

        assertEquals(Outcome.MESSAGE_TOO_LARGE, header.violation());
    }
}
