package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.outcome.Outcome;

/** RFC 6455 section 7.4. */
class CloseStatusTest {
    @ParameterizedTest
    @ValueSource(
            ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    void allowedCodeIsNoViolation(int code) {
        assertNull(CloseStatus.violation(new byte[] {(byte) (code >> 8), (byte) code}));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535})
    void reservedOrUnassignedCodeIsAViolation(int code) {
        assertEquals(Outcome.BAD_FRAME, CloseStatus.violation(new byte[] {(byte) (code >> 8), (byte) code, 'x'}));
    }

    @Test
    void emptyPayloadIsAllowedOneByteIsNot() {
        assertNull(CloseStatus.violation(new byte[0]));
        assertEquals(Outcome.BAD_FRAME, CloseStatus.violation(new byte[] {3}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"03e8ff", "03e8c3", "03e8e282", "03e8eda080", "03e8c0af", "03e8f5808080"})
    void reasonThatIsNotUtf8IsAViolation(String payload) {
        assertEquals(Outcome.BAD_TEXT, CloseStatus.violation(HexFormat.of().parseHex(payload)));
    }
}
