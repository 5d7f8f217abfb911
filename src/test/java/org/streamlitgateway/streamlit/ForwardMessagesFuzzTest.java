package org.streamlitgateway.streamlit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Arbitrary bytes as a message of Streamlit's: inspected without failure, and changed only if they hold a log-in redirect. */
class ForwardMessagesFuzzTest {
    private static final String PREFIX = "/tools/app";

    @FuzzTest
    void onlyTheRedirectUrlChanges(byte[] input) {
        ByteBuffer message = ByteBuffer.wrap(input).asReadOnlyBuffer();
        String before = ForwardMessages.sessionId(message);
        assertEquals(0, message.position(), "the message was moved");
        assertTrue(before == null || before.length() <= input.length);
        ByteBuffer changed = ForwardMessages.withPrefix(message, PREFIX);
        assertEquals(0, message.position(), "the message was moved");
        if (changed == null) {
            return;
        }
        assertTrue(changed.remaining() <= 3 * input.length + PREFIX.length() + 32, "it grew: " + changed.remaining());
        assertEquals(before, ForwardMessages.sessionId(changed), "another session");
        ByteBuffer again = ForwardMessages.withPrefix(changed, "");
        assertTrue(again == null || again.remaining() <= changed.remaining());
    }
}
