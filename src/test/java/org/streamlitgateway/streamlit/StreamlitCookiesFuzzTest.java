package org.streamlitgateway.streamlit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary text as Cookie and as Set-Cookie. */
class StreamlitCookiesFuzzTest {
    private static final String GATEWAY_COOKIE = "streamlit_gateway_replica";
    private static final String TAG = "abc123";
    private static final String CONTAINER_COOKIE = "JSESSIONID";
    private static final StreamlitCookies COOKIES = new StreamlitCookies(Set.of(CONTAINER_COOKIE));

    /** Characters of a prefix, a tag and the attributes for cross-site frames. */
    private static final int MAX_ADDED = 100;

    private static final String PREFIX = "/tools/app";

    @FuzzTest
    void gatewayCookiesAreDroppedAndNothingIsAdded(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        upstream(text);
        browser(text);
        Effort.assertLinear(text, StreamlitCookiesFuzzTest::upstream);
        Effort.assertLinear(text, StreamlitCookiesFuzzTest::browser);
    }

    private static void upstream(String text) {
        for (String tag : new String[] {"", TAG}) {
            String kept = COOKIES.upstream(text, tag);
            assertTrue(kept.length() <= text.length() + pairs(text), () -> "it grew: " + kept.length());
            assertFalse(
                    Arrays.stream(kept.split(";"))
                            .anyMatch(pair -> pair.trim().startsWith(GATEWAY_COOKIE + "=")
                                    || pair.trim().startsWith(CONTAINER_COOKIE + "=")),
                    "a gateway or container cookie was forwarded");
            if (tag.isEmpty()) {
                assertEquals(kept, COOKIES.upstream(kept, tag), "not the same the second time");
            }
        }
    }

    /** Number of separators, each of which may be followed by a blank. */
    private static int pairs(String text) {
        return (int) text.chars().filter(c -> c == ';').count();
    }

    private static void browser(String text) {
        for (boolean framed : new boolean[] {false, true}) {
            String set = StreamlitCookies.browser(text, PREFIX, PREFIX, TAG, framed);
            int paths = pairs(text) * PREFIX.length(); // each attribute may be a Path
            assertTrue(
                    set.length() <= text.length() + pairs(text) + paths + MAX_ADDED, () -> "it grew: " + set.length());
            assertTrue(set.indexOf('\n') < 0 || text.indexOf('\n') >= 0, "a line break came in");
        }
    }
}
