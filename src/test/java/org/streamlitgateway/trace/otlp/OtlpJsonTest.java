package org.streamlitgateway.trace.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.trace.TraceContext;

/** The JSON encoding of OTLP: hexadecimal ids, integers as strings, numbers for enums. */
class OtlpJsonTest {
    private static final TraceContext TRACE =
            new TraceContext(0x5b8efff798038103L, 0xd269b633813fc60cL, 0, 0xeee19b7ec3c1b174L, true, "");

    private static String encode(Span span) throws IOException {
        String text = new String(new OtlpJson("1.2.3").encode(List.of(span)), StandardCharsets.UTF_8);
        return text.replaceAll("(service.instance.id\",\"value\":\\{\"stringValue\":\")[-0-9a-f]+", "$1*");
    }

    @Test
    void spanHasTheFormOfTheSpecification() throws IOException {
        Span span = new Span(
                new TraceContext(TRACE.traceHigh(), TRACE.traceLow(), 0xeee19b7ec3c1b173L, TRACE.span(), true, "a=1"),
                "GET /app",
                Span.Kind.SERVER,
                1544712660000000000L,
                1544712661000000000L,
                "timed_out",
                new Span.Attributes()
                        .put("url.path", "/app/")
                        .put("missing", (String) null)
                        .put("status", 504)
                        .list());

        assertEquals(
                "{'resourceSpans':[{'resource':{'attributes':["
                        + "{'key':'service.name','value':{'stringValue':'streamlit-gateway'}},"
                        + "{'key':'service.version','value':{'stringValue':'1.2.3'}},"
                        + "{'key':'service.instance.id','value':{'stringValue':'*'}}]},"
                        + "'scopeSpans':[{'scope':{'name':'streamlit-gateway','version':'1.2.3'},'spans':[{"
                        + "'traceId':'5b8efff798038103d269b633813fc60c','spanId':'eee19b7ec3c1b174',"
                        + "'parentSpanId':'eee19b7ec3c1b173','traceState':'a=1','name':'GET /app','kind':2,"
                        + "'startTimeUnixNano':'1544712660000000000','endTimeUnixNano':'1544712661000000000',"
                        + "'attributes':[{'key':'url.path','value':{'stringValue':'/app/'}},"
                        + "{'key':'status','value':{'intValue':'504'}}],"
                        + "'status':{'code':2,'message':'timed_out'}}]}]}]}",
                encode(span).replace('"', '\''));
    }

    @Test
    void hostileTextIsEscaped() throws IOException {
        Span span = new Span(
                TRACE,
                "GET /",
                Span.Kind.INTERNAL,
                1,
                2,
                null,
                new Span.Attributes()
                        .put("agent", "\"\\\r\n\u001b\u0000\ud800x")
                        .list());
        String json = encode(span);

        assertEquals(true, json.contains("\\\"\\\\\\r\\n\\u001B\\u0000?x"), json);
        assertFalse(json.contains("parentSpanId") || json.contains("status"), json);
    }
}
