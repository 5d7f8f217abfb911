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

/** Any text as a subscriber's message, a feed's message and an event's id. */
class ChannelTextFuzzTest {
    @FuzzTest
    void everyTextIsUnderstoodOrRefused(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        incoming(text);
        cursor(text);
        Effort.assertLinear(text, ChannelTextFuzzTest::incoming);
        Effort.assertLinear(text, ChannelTextFuzzTest::cursor);
    }

    private static void incoming(String text) {
        ClientMessage incoming = ClientMessage.parse(text);
        if (incoming instanceof ClientMessage.Send send) {
            assertNotNull(send.payload());
            assertNotNull(send.id());
        }
        assertTrue(Json.isJson(Json.quote(text)), "quoted text is JSON");
        if (Json.isJson(text)) {
            byte[] framed = Json.framed(
                    "{\"data\":".getBytes(StandardCharsets.US_ASCII), text.getBytes(StandardCharsets.UTF_8));
            assertTrue(
                    Json.isJson(new String(framed, StandardCharsets.UTF_8)), "JSON that does not fit into an object");
        }
    }

    private static void cursor(String text) {
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
