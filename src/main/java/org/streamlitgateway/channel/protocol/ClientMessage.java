package org.streamlitgateway.channel.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Message from a subscriber, in the protocol {@code gateway.channel.v1}. */
public sealed interface ClientMessage {
    /** Message for the feed. */
    record Send(String id, Payload payload) implements ClientMessage {}

    /** Messages to send to the feed at the start of each connection; replaces the subscriber's previous greeting. */
    record Greeting(List<Payload> payloads) implements ClientMessage {}

    /** The protocol's {@code bye}: the subscriber leaves for good and will not resume. */
    record Unsubscribe() implements ClientMessage {}

    /** Acknowledgement, or a message type of a later version. */
    record Ignored() implements ClientMessage {}

    int MAX_ID_CHARS = 128;

    int MAX_GREETINGS = 100;

    /** Parses a text frame; {@code null} when it is not a valid message. */
    static ClientMessage parse(String text) {
        String type = null;
        String id = "";
        Payload payload = null;
        List<Payload> payloads = null;
        try (JsonParser parser = Json.FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                boolean scalar = value != null && value.isScalarValue();
                if (name.equals("type") && scalar) {
                    type = parser.getText();
                } else if (name.equals("id") && scalar) {
                    id = parser.getText();
                } else if (name.equals("messages") && value == JsonToken.START_ARRAY) {
                    payloads = payloads(parser);
                } else {
                    Payload found = payload(name, parser);
                    payload = found == null ? payload : found;
                }
            }
            if (parser.nextToken() != null) {
                return null;
            }
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
        if (type == null || id.length() > MAX_ID_CHARS) {
            return null;
        }
        return switch (type) {
            case "send" -> payload == null ? null : new Send(id, payload);
            case "greeting" -> payloads == null ? null : new Greeting(payloads);
            case "bye" -> new Unsubscribe();
            default -> new Ignored();
        };
    }

    /** Reads the parser's current value as a payload; skips it and returns {@code null} when the name is not a payload's. */
    private static Payload payload(String name, JsonParser parser) throws IOException {
        JsonToken value = parser.currentToken();
        boolean scalar = value != null && value.isScalarValue();
        if (name.equals("data")) {
            return Payload.text(Json.copy(parser));
        } else if (name.equals("text") && scalar) {
            return Payload.text(parser.getText());
        } else if (name.equals("base64") && scalar) {
            return Payload.binary(Base64.getDecoder().decode(parser.getText()));
        }
        parser.skipChildren();
        return null;
    }

    /** Reads the parser's current array of objects with one payload each. */
    private static List<Payload> payloads(JsonParser parser) throws IOException {
        List<Payload> payloads = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            Payload payload = null;
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                Payload found = payload(name, parser);
                payload = found == null ? payload : found;
            }
            if (payload == null || payloads.size() == MAX_GREETINGS) {
                throw new IOException("an object without a payload, or too many objects");
            }
            payloads.add(payload);
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("not an array of objects");
        }
        return List.copyOf(payloads);
    }
}
