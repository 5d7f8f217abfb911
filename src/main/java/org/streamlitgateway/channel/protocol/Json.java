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

/** JSON functions for the protocol. Payload values are passed on verbatim, not parsed into objects. */
public final class Json {
    /** Deeper values are passed on as text, because JSON parsers of many languages fail on them. */
    private static final int MAX_DEPTH = 200;

    private static final int MAX_NUMBER_CHARS = 1000;
    private static final int MAX_NAME_CHARS = 50_000;
    /** Not below the size limit of feed messages. */
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

    /** Checks whether the whole text is one JSON value. */
    public static boolean isJson(String text) {
        if (!canStart(text)) {
            return false; // avoids a costly exception for plain text
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean canStart(String text) {
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

    /** Encodes a JSON string in UTF-8, including the quotation marks. */
    static byte[] quoted(String text) {
        byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] quoted = new byte[inner.length + 2];
        quoted[0] = '"';
        System.arraycopy(inner, 0, quoted, 1, inner.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }

    /** Concatenates the beginning of an object, its last value, and the closing brace. */
    public static byte[] framed(byte[] head, byte[] value) {
        byte[] framed = new byte[head.length + value.length + 1];
        System.arraycopy(head, 0, framed, 0, head.length);
        System.arraycopy(value, 0, framed, head.length, value.length);
        framed[framed.length - 1] = '}';
        return framed;
    }

    /** Copies the parser's current value without white space. Numbers keep all their digits. */
    static String copy(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                if (token == null) {
                    throw new IOException("the JSON ends within a value");
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                generator.copyCurrentEventExact(parser);
            } while (depth > 0 && parser.nextToken() != JsonToken.NOT_AVAILABLE);
        }
        return text.toString();
    }
}
