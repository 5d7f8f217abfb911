package org.streamlitgateway.websocket.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8ValidatorTest {
    private static boolean isText(ByteBuffer bytes, int split) {
        Utf8Validator utf8 = new Utf8Validator();
        return utf8.accept(bytes, 0, split, 0, 0)
                && utf8.accept(bytes, split, bytes.limit() - split, 0, split)
                && utf8.isComplete();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "grüß", "世界", "🎈", "\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff"})
    void validTextIsAcceptedWhereverItIsSplit(String text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        for (int split = 0; split <= bytes.limit(); split++) {
            assertEquals(true, isText(bytes, split), "split at " + split);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "c0af",
                "c1bf",
                "c328",
                "e08080",
                "e0a0",
                "eda080",
                "f08080a0",
                "f4908080",
                "f5808080",
                "ff"
            })
    void invalidTextIsRejectedWhereverItIsSplit(String hex) {
        byte[] raw = HexFormat.of().parseHex(hex);
        for (int split = 0; split <= raw.length; split++) {
            assertEquals(false, isText(ByteBuffer.wrap(raw), split), "split at " + split);
        }
    }

    @Test
    void maskContinuesAtTheOffsetOfThePiece() {
        byte[] masked = "grüß dich".getBytes(StandardCharsets.UTF_8);
        int mask = 0x129b47e5;
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (mask >>> 24 - 8 * (i & 3));
        }
        ByteBuffer bytes = ByteBuffer.wrap(masked);
        Utf8Validator utf8 = new Utf8Validator();

        assertEquals(true, utf8.accept(bytes, 0, 3, mask, 0) && utf8.accept(bytes, 3, masked.length - 3, mask, 3));
    }
}
