package org.streamlitgateway.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @CsvSource({
        "0000", "0007", "0008", "000a", "000d", "001b", "007f", "0080", "0085", "009b", "009f", "00ad", "061c", "200b",
        "200e", "200f", "2028", "2029", "202a", "202e", "2066", "2069", "d800", "dfff", "feff",
    })
    void controlAndDirectionCharactersAreEscaped(String code) {
        String word = "a" + (char) Integer.parseInt(code, 16) + "b";

        assertEquals("a\\u" + code + "b", Printable.of(word));
        assertEquals("a\\u" + code + "b", new Printable(word).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain text", "Grüße, 東京, Ω", "one \uD83D\uDE80 rocket", "a\u00a0b"})
    void visibleTextIsUnchanged(String text) {
        assertSame(text, text.chars().allMatch(c -> c < 0xd800) ? Printable.of(text) : text);
        assertEquals(text, Printable.of(text));
    }

    @Test
    void tagCharactersAreEscaped() {
        assertEquals("\\udb40\\udc41", Printable.of("\uDB40\uDC41"));
    }

    @Test
    void longTextIsCutWithoutSplittingASurrogatePair() {
        String cut = Printable.of("a".repeat(499) + "\uD83D\uDE80".repeat(1000));

        assertTrue(cut.startsWith("a".repeat(499) + "… ("), cut);
        assertTrue(cut.length() < 600, cut);
    }
}
