package org.streamlitgateway.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary text as Forwarded header (RFC 7239), as one of its nodes, and as Host. */
class ForwardedFuzzTest {
    private static final int MAX_PORT = 65_535;

    @FuzzTest
    void parsedValuesAreWellFormed(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        read(text);
        Effort.assertLinear(text, ForwardedFuzzTest::read);
    }

    private static void read(String text) {
        List<ForwardedField.Element> elements = ForwardedField.parse(text);
        int commas = (int) text.chars().filter(c -> c == ',').count();
        assertTrue(
                elements == null || elements.size() <= commas + 1,
                () -> "more elements than commas permit: " + elements);
        Authority authority = Authority.parse(text);
        if (authority != null) {
            assertTrue(authority.host().length() <= text.length(), authority::toString);
            assertTrue(authority.port() >= Authority.NO_PORT && authority.port() <= MAX_PORT, authority::toString);
            assertTrue(authority.host().chars().noneMatch(c -> c <= ' ' || c == '/' || c == '@'), authority::toString);
            assertEquals(
                    authority.host(), Authority.parse(authority.host()).host(), "parsing again gives another host");
        }
        ForwardedNode node = ForwardedNode.parse(text);
        assertTrue(node == null || node.text().length() <= text.length() + 2);
    }
}
