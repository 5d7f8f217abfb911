package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Any bytes, masked and cut anywhere: they are UTF-8 exactly when the JDK says so. */
class Utf8ValidatorFuzzTest {
    private static final int HEAD = 5;

    @FuzzTest
    void agreesWithTheJdk(byte[] input) {
        if (input.length < HEAD) {
            return;
        }
        int mask = ByteBuffer.wrap(input).getInt();
        byte[] text = Arrays.copyOfRange(input, HEAD, input.length);
        int cut = text.length == 0 ? 0 : (input[HEAD - 1] & 0xff) % text.length;
        byte[] masked = text.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
        }
        ByteBuffer bytes = ByteBuffer.wrap(masked);
        Utf8Validator check = new Utf8Validator();
        boolean accepted =
                check.accept(bytes, 0, cut, mask, 0) && check.accept(bytes, cut, masked.length - cut, mask, cut);
        assertEquals(isUtf8(text), accepted && check.isWhole());
    }

    private static boolean isUtf8(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            return true;
        } catch (CharacterCodingException no) {
            return false;
        }
    }
}
