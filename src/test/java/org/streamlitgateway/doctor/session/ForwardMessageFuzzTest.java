package org.streamlitgateway.doctor.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary bytes as a message from Streamlit. */
class ForwardMessageFuzzTest {
    @FuzzTest
    void anyBytesAreReadInLinearTime(byte[] input) {
        read(new String(input, StandardCharsets.ISO_8859_1));
        Effort.assertLinear(new String(input, StandardCharsets.ISO_8859_1), ForwardMessageFuzzTest::read);
    }

    private static void read(String bytes) {
        ForwardMessage message = new ForwardMessage(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
        message.has(ForwardMessage.SCRIPT_FINISHED);
        message.find(ForwardMessage.SCRIPT_FINISHED);
        message.message(ForwardMessage.DELTA, 3, 8);
        assertTrue(message.text(ForwardMessage.NEW_SESSION, 1, 6).length() <= 200);
        String media = message.media();
        assertTrue(media.chars().allMatch(c -> c > ' ' && c < 0x7f), media);
    }
}
