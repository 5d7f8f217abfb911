package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Arbitrary bytes, masked and split anywhere: the validator accepts exactly what the JDK decodes. */
class Utf8ValidatorFuzzTest {
    private static final int HEADER_BYTES = 5;

    @FuzzTest
    void agreesWithTheJdk(byte[] input) {
        if (input.length < HEADER_BYTES) {
            return;
        }
        int mask = ByteBuffer.wrap(input).getInt();
        byte[] text = Arrays.copyOfRange(input, HEADER_BYTES, input.length);
        int split = text.length == 0 ? 0 : (input[HEADER_BYTES - 1] & 0xff) % text.length;
        byte[] masked = text.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
        }
        ByteBuffer bytes = ByteBuffer.wrap(masked);
        Utf8Validator validator = new Utf8Validator();
        boolean accepted = validator.accept(bytes, 0, split, mask, 0)
                && validator.accept(bytes, split, masked.length - split, mask, split);
        assertEquals(isUtf8(text), accepted && validator.isComplete());
    }

    private static boolean isUtf8(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
