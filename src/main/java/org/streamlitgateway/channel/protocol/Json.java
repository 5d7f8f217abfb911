package org.streamlitgateway.channel.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** The little JSON that the protocol needs; values of others are passed on as they are written. */
public final class Json {
    /** Deeper values are passed on as text: readers of JSON in many languages fail on them. */
    private static final int MAX_DEPTH = 200;

    private static final int MAX_NUMBER_CHARS = 1000;
    private static final int MAX_NAME_CHARS = 50_000;
    /** What a feed may say at most. */
    private static final int MAX_STRING_CHARS = 16 << 20;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxStringLength(MAX_STRING_CHARS)
                    .build())
            .build();

    private Json() {}

    /** Whether the whole text is one JSON value. */
    public static boolean isJson(String text) {
        if (!mayBegin(text)) {
            return false; // plain words are common, and an exception for each is dear
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }

    private static boolean mayBegin(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > ' ') {
                return c == '{'
                        || c == '['
                        || c == '"'
                        || c == '-'
                        || c >= '0' && c <= '9'
                        || c == 't'
                        || c == 'f'
                        || c == 'n';
            }
        }
        return false;
    }

    public static String quote(String text) {
        return new String(quoted(text), StandardCharsets.UTF_8);
    }

    /** In UTF-8, with quotation marks. */
    static byte[] quoted(String text) {
        byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] quoted = new byte[inner.length + 2];
        quoted[0] = '"';
        System.arraycopy(inner, 0, quoted, 1, inner.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }

    /** {@code head}, {@code value}, and the brace that ends the object. */
    public static byte[] framed(byte[] head, byte[] value) {
        byte[] framed = new byte[head.length + value.length + 1];
        System.arraycopy(head, 0, framed, 0, head.length);
        System.arraycopy(value, 0, framed, head.length, value.length);
        framed[framed.length - 1] = '}';
        return framed;
    }

    /** The value that the parser stands at, without blanks, and no digit of a number lost. */
    static String copy(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                if (token == null) {
                    throw new IOException("cut off");
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                generator.copyCurrentEventExact(parser);
            } while (depth > 0 && parser.nextToken() != JsonToken.NOT_AVAILABLE);
        }
        return text.toString();
    }
}
