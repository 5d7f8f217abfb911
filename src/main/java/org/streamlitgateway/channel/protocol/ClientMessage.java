package org.streamlitgateway.channel.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a subscriber says in the protocol {@code gateway.channel.v1}. */
public sealed interface ClientMessage {
    /** To be sent to the feed. */
    record Send(String id, Payload payload) implements ClientMessage {}

    /** What the feed is to be told on each connection, from now on; replaces what was said before. */
    record Greeting(List<Payload> payloads) implements ClientMessage {}

    /** It goes, and does not come back. */
    record Bye() implements ClientMessage {}

    /** An acknowledgement, or a word of a later version. */
    record Other() implements ClientMessage {}

    int MAX_ID_CHARS = 128;

    int MAX_GREETINGS = 100;

    /** {@code null} when it is not understood. */
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
        } catch (IOException | IllegalArgumentException notUnderstood) {
            return null;
        }
        if (type == null || id.length() > MAX_ID_CHARS) {
            return null;
        }
        return switch (type) {
            case "send" -> payload == null ? null : new Send(id, payload);
            case "greeting" -> payloads == null ? null : new Greeting(payloads);
            case "bye" -> new Bye();
            default -> new Other();
        };
    }

    /** The payload of this name that the parser stands at; what is none is passed over. */
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

    /** The objects of the array that the parser stands at, each with one payload. */
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
                throw new IOException("no payload, or too many");
            }
            payloads.add(payload);
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("not an array of objects");
        }
        return List.copyOf(payloads);
    }
}
