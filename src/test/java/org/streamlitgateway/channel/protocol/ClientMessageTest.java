package org.streamlitgateway.channel.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.channel.protocol.ClientMessage.Ignored;
import org.streamlitgateway.channel.protocol.ClientMessage.Send;
import org.streamlitgateway.channel.protocol.ClientMessage.Unsubscribe;

class ClientMessageTest {
    private static Send send(String text) {
        return assertInstanceOf(Send.class, ClientMessage.parse(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ \"a\" : [1, 2.50, {}] } | {\"a\":[1,2.50,{}]}",
                "12345678901234567890.123 | 12345678901234567890.123",
                "null | null",
                "true | true",
                "\"a\\\"\\n\\u00fc\" | \"a\\\"\\nü\"",
                "[] | []",
            })
    void dataIsPassedOnAsJsonWithoutWhiteSpace(String data, String expected) {
        Send first = send("{\"type\":\"send\",\"id\":\"7\",\"data\":" + data + "}");
        Send last = send("{\"data\":" + data + ",\"unknown\":{\"type\":\"bye\"},\"id\":7,\"type\":\"send\"}");

        assertEquals(expected, first.payload().text());
        assertEquals(expected, last.payload().text());
        assertEquals("7", first.id());
        assertEquals("7", last.id());
    }

    @Test
    void textAndBinaryArePassedOnUnchanged() {
        assertEquals(
                " {x} ",
                send("{\"type\":\"send\",\"text\":\" {x} \"}").payload().text());
        assertArrayEquals(
                new byte[] {0, 1},
                send("{\"type\":\"send\",\"base64\":\"AAE=\"}").payload().binary());
    }

    @Test
    void byeUnsubscribesAndUnknownTypesAreIgnored() {
        assertInstanceOf(Unsubscribe.class, ClientMessage.parse("{\"type\":\"bye\"}"));
        assertInstanceOf(Ignored.class, ClientMessage.parse("{\"type\":\"ack\",\"seq\":4}"));
        assertInstanceOf(Ignored.class, ClientMessage.parse("{\"type\":\"later\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"type\":\"send\"}",
                "{\"type\":\"send\",\"data\":}",
                "{\"type\":\"send\",\"data\":[1",
                "{\"type\":\"send\",\"base64\":\"?\"}",
                "{\"type\":\"bye\"} {}",
                "{\"type\":\"bye\"",
            })
    void malformedMessageIsNotParsed(String text) {
        assertNull(ClientMessage.parse(text));
    }
}
