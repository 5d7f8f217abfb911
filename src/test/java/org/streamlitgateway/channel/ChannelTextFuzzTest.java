package org.streamlitgateway.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.channel.protocol.ClientMessage;
import org.streamlitgateway.channel.protocol.Json;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.fuzz.Effort;

/** Feeds arbitrary text to the parsers of subscriber messages, feed messages and event ids. */
class ChannelTextFuzzTest {
    @FuzzTest
    void anyTextIsParsedOrRefusedInLinearTime(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        parseMessage(text);
        parseResumePoint(text);
        Effort.assertLinear(text, ChannelTextFuzzTest::parseMessage);
        Effort.assertLinear(text, ChannelTextFuzzTest::parseResumePoint);
    }

    private static void parseMessage(String text) {
        ClientMessage message = ClientMessage.parse(text);
        if (message instanceof ClientMessage.Send send) {
            assertNotNull(send.payload());
            assertNotNull(send.id());
        }
        assertTrue(Json.isJson(Json.quote(text)), "quoted text is JSON");
        if (Json.isJson(text)) {
            byte[] framed = Json.framed(
                    "{\"data\":".getBytes(StandardCharsets.US_ASCII), text.getBytes(StandardCharsets.UTF_8));
            assertTrue(
                    Json.isJson(new String(framed, StandardCharsets.UTF_8)),
                    "valid JSON is not valid as a member of an object");
        }
    }

    private static void parseResumePoint(String text) {
        ResumePoint byId = ResumePoint.ofEventId(text);
        assertTrue(byId.after() >= -1, byId::toString);
        assertTrue(byId.epoch() == null || byId.epoch().length() <= text.length());
        ResumePoint byQuery = ResumePoint.of(text, text);
        assertTrue(byQuery.after() >= -1, byQuery::toString);
        if (byId.after() > 0) {
            assertEquals(byId, ResumePoint.ofEventId(byId.epoch() + ":" + byId.after()));
        }
    }
}
