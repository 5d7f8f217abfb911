package org.streamlitgateway.channel;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Base64;

/** What a subscriber says in the protocol {@code gateway.channel.v1}. */
sealed interface Incoming {
    /** To be sent to the feed. */
    record Send(String id, Payload payload) implements Incoming {}

    /** It goes, and does not come back. */
    record Bye() implements Incoming {}

    /** An acknowledgement, or a word of a later version. */
    record Other() implements Incoming {}

    /** {@code null} when it is not understood. */
    static Incoming parse(String text) {
        String type = null;
        String id = "";
        Payload payload = null;
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
                } else if (name.equals("data")) {
                    payload = Payload.text(Json.copy(parser));
                } else if (name.equals("text") && scalar) {
                    payload = Payload.text(parser.getText());
                } else if (name.equals("base64") && scalar) {
                    payload = Payload.binary(Base64.getDecoder().decode(parser.getText()));
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                return null;
            }
        } catch (IOException | IllegalArgumentException notUnderstood) {
            return null;
        }
        if (type == null) {
            return null;
        }
        return switch (type) {
            case "send" -> payload == null ? null : new Send(id, payload);
            case "bye" -> new Bye();
            default -> new Other();
        };
    }
}
