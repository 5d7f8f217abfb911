package org.streamlitgateway.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.CacheControl;
import org.streamlitgateway.cache.header.ContentCoding;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary text as Range, Accept-Encoding and Cache-Control header. */
class CacheHeadersFuzzTest {
    private static final int LENGTH = 1000;

    @FuzzTest
    void resultsAreWithinBoundsAndTakeLinearTime(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        read(text);
        Effort.assertLinear(text, CacheHeadersFuzzTest::read);
    }

    private static void read(String text) {
        ByteRange range = ByteRange.parse(text, LENGTH);
        if (range != null) {
            assertTrue(0 <= range.start() && range.start() <= range.end() && range.end() <= LENGTH, range::toString);
            assertTrue(range.contentRange(LENGTH).startsWith("bytes "));
        }
        ByteRange ofEmptyBody = ByteRange.parse(text, 0);
        assertTrue(ofEmptyBody == null || !ofEmptyBody.isSatisfiable());
        for (ContentCoding coding : ContentCoding.values()) {
            double weight = coding.weight(text);
            assertTrue(weight >= 0 && weight <= 1, () -> coding + " " + weight);
        }
        CacheControl control = new CacheControl(List.of(text, text));
        assertTrue(control.freshSeconds() >= 0);
        assertTrue(!control.has("no-store")
                || text.toLowerCase(java.util.Locale.ROOT).contains("no-store"));
    }
}
