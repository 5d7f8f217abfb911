package org.streamlitgateway.splice;

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
    void everyLengthIsReadAndNoneBeforeItIsWhole(String bytes, int size, long length) {
        FrameHeader header = new FrameHeader(false);
        for (int end = 0; end < size; end++) {
            assertEquals(0, header.read(hex(bytes), 0, end), "with " + end + " bytes");
        }
        assertEquals(size, header.read(hex(bytes), 0, size));
        assertEquals(length, header.length());
        assertNull(header.violation());
    }

    @Test
    void aMaskIsPartOfTheHeader() {
        FrameHeader header = new FrameHeader(true);

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
                "0900", // a control frame in fragments
                "897e007e", // a long control frame
                "8801", // half a close code
                "8000", // the continuation of nothing
                "828001020304", // masked by a server
                "827fffffffffffffffff", // a negative length
            })
    void whatAServerMayNotSendIsAViolation(String bytes) {
        FrameHeader header = new FrameHeader(false);
        header.read(hex(bytes), 0, bytes.length() / 2);

        assertEquals(Outcome.BAD_FRAME, header.violation());
    }

    @Test
    void aBrowserMustMask() {
        FrameHeader header = new FrameHeader(true);
        header.read(hex("8200"), 0, 2);

        assertEquals(Outcome.BAD_FRAME, header.violation());
    }

    @Test
    void aMessageMustEndBeforeTheNextBeginsAndPingsMayStandBetween() {
        FrameHeader header = new FrameHeader(false);
        header.read(hex("0100"), 0, 2);
        header.enter();
        header.leave();
        header.read(hex("8900"), 0, 2);
        assertNull(header.violation());
        header.read(hex("8200"), 0, 2);
        assertEquals(Outcome.BAD_FRAME, header.violation());
        header.read(hex("8000"), 0, 2);
        assertNull(header.violation());
        header.enter();
        assertEquals(true, header.inText());
        assertEquals(true, header.leave());
    }
}
