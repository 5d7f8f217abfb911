package org.streamlitgateway.trace.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.streamlitgateway.trace.TraceContext;

/** OTLP's JSON encoding of an {@code ExportTraceServiceRequest}: ids in hexadecimal, 64-bit integers as strings. */
final class OtlpJson {
    private static final String NAME = "streamlit-gateway";
    private static final int STATUS_ERROR = 2;

    private final JsonFactory factory = new JsonFactory();
    private final String instance = UUID.randomUUID().toString();
    private final String version;

    OtlpJson(String version) {
        this.version = version;
    }

    /** Encodes spans. Lone surrogates, which have no UTF-8 form, become question marks. */
    byte[] encode(List<Span> spans) throws IOException {
        StringWriter text = new StringWriter(); // a generator of bytes would refuse lone surrogates
        try (JsonGenerator json = factory.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("resourceSpans");
            json.writeStartObject();
            json.writeObjectFieldStart("resource");
            writeAttributes(
                    json, List.of("service.name", NAME, "service.version", version, "service.instance.id", instance));
            json.writeEndObject();
            json.writeArrayFieldStart("scopeSpans");
            json.writeStartObject();
            json.writeObjectFieldStart("scope");
            json.writeStringField("name", NAME);
            json.writeStringField("version", version);
            json.writeEndObject();
            json.writeArrayFieldStart("spans");
            for (Span span : spans) {
                write(json, span);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator json, Span span) throws IOException {
        TraceContext trace = span.trace();
        json.writeStartObject();
        json.writeStringField("traceId", trace.traceId());
        json.writeStringField("spanId", trace.spanId());
        if (!trace.parentId().isEmpty()) {
            json.writeStringField("parentSpanId", trace.parentId());
        }
        if (!trace.state().isEmpty()) {
            json.writeStringField("traceState", trace.state());
        }
        json.writeStringField("name", span.name());
        json.writeNumberField("kind", span.kind().number);
        json.writeStringField("startTimeUnixNano", Long.toString(span.startNanos()));
        json.writeStringField("endTimeUnixNano", Long.toString(span.endNanos()));
        writeAttributes(json, span.attributes());
        if (span.error() != null) {
            json.writeObjectFieldStart("status");
            json.writeNumberField("code", STATUS_ERROR);
            json.writeStringField("message", span.error());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void writeAttributes(JsonGenerator json, List<?> attributes) throws IOException {
        json.writeArrayFieldStart("attributes");
        for (int i = 0; i < attributes.size(); i += 2) {
            json.writeStartObject();
            json.writeStringField("key", (String) attributes.get(i));
            json.writeObjectFieldStart("value");
            Object value = attributes.get(i + 1);
            json.writeStringField(value instanceof Long ? "intValue" : "stringValue", value.toString());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
