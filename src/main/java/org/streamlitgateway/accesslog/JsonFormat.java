package org.streamlitgateway.accesslog;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.trace.TraceContext;

/** One JSON object a line. Unknown values are left out. */
final class JsonFormat implements Format {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Redaction redaction;
    private final RepeatedText client = new RepeatedText(JsonField.CLIENT_ADDRESS);
    private final RepeatedText userAgent = new RepeatedText(JsonField.USER_AGENT);
    private final RepeatedText server = new RepeatedText(JsonField.SERVER_ADDRESS, JsonFormat::withoutPort);
    private final RepeatedText protocol = new RepeatedText(JsonField.NETWORK_PROTOCOL_VERSION, JsonFormat::version);
    private final RepeatedText user;
    private final RepeatedText app = new RepeatedText(JsonField.APP);
    private final RepeatedText replica = new RepeatedText(JsonField.REPLICA);
    private final Map<Enum<?>, String> names = new HashMap<>();
    private long lastSecond = Long.MIN_VALUE;
    private String lastTime = "";

    JsonFormat(Redaction redaction) {
        this.redaction = redaction;
        user = new RepeatedText(JsonField.USER_ID, redaction::user);
    }

    @Override
    public void append(StringBuilder out, Entry entry) {
        if (entry instanceof Entry.Request request) {
            append(out, request);
        } else if (entry instanceof Entry.Session session) {
            append(out, session);
        }
    }

    private void append(StringBuilder out, Entry.Request request) {
        Entry.Source source = request.source();
        begin(out, request.started(), request.session() == null ? "request" : "session.open");
        JsonField.HTTP_REQUEST_METHOD.put(out, source.head().method());
        origin(out, source);
        JsonField.HTTP_RESPONSE_STATUS_CODE.put(out, request.status());
        JsonField.HTTP_REQUEST_BODY_SIZE.put(out, request.received());
        JsonField.HTTP_RESPONSE_BODY_SIZE.put(out, request.sent());
        target(out, source, source.trace());
        JsonField.SESSION.put(out, request.session());
        JsonField.KIND.put(
                out, request.handshake() && request.kind() != RequestKind.CHANNEL ? "handshake" : name(request.kind()));
        JsonField.OUTCOME.put(out, request.outcome() == null ? "ok" : name(request.outcome()));
        JsonField.MS_TOTAL.putMillis(out, request.nanos());
        JsonField.MS_CONNECT.putMillis(out, request.connectNanos());
        JsonField.MS_FIRST_BYTE.putMillis(out, request.firstByteNanos());
        JsonField.CACHE.put(out, request.cache() == CacheResult.NONE ? null : name(request.cache()));
        out.append('}');
    }

    private void append(StringBuilder out, Entry.Session session) {
        Entry.Source source = session.source();
        begin(out, session.ended(), "session.close");
        origin(out, source);
        target(out, source, session.trace());
        JsonField.SESSION.put(out, session.name());
        JsonField.SESSION_HASH.put(out, redaction.session(session.id()));
        JsonField.PAGE.put(out, session.page());
        JsonField.OPENED.put(out, name(session.opening()));
        JsonField.OUTCOME.put(out, session.end().outcome());
        JsonField.ENDED_BY.put(out, name(session.end().by()));
        JsonField.CLOSE_CODE_BROWSER.put(out, session.end().browserCode());
        JsonField.CLOSE_CODE_STREAMLIT.put(out, session.end().streamlitCode());
        JsonField.MS_TOTAL.putMillis(out, session.nanos());
        JsonField.MESSAGES_UP.put(out, session.messagesUp());
        JsonField.MESSAGES_DOWN.put(out, session.messagesDown());
        JsonField.BYTES_UP.put(out, session.bytesUp());
        JsonField.BYTES_DOWN.put(out, session.bytesDown());
        JsonField.RERUNS.put(out, session.reruns());
        if (session.p95Millis() >= 0) {
            JsonField.MS_RERUN_P95.put(out, session.p95Millis());
        }
        JsonField.EXCEPTIONS.put(out, session.exceptions());
        out.append('}');
    }

    private void begin(StringBuilder out, Instant time, String event) {
        if (time.getEpochSecond() != lastSecond) {
            lastSecond = time.getEpochSecond();
            lastTime = SECOND.format(time);
        }
        int millis = time.getNano() / NANOS_PER_MILLI;
        JsonField.TIMESTAMP.beginFirst(out).append('"').append(lastTime).append('.');
        out.append((char) ('0' + millis / 100)).append((char) ('0' + millis / 10 % 10));
        out.append((char) ('0' + millis % 10)).append("Z\"");
        JsonField.EVENT_NAME.put(out, event);
    }

    private void origin(StringBuilder out, Entry.Source source) {
        JsonField.URL_PATH.put(out, redaction.path(source.head()));
        JsonField.URL_QUERY.put(out, redaction.query(source.head()));
        client.put(out, source.client() == null ? source.head().peer() : source.client());
        userAgent.put(out, source.head().userAgent());
        server.put(out, source.host());
        protocol.put(out, source.head().protocol());
        user.put(out, source.user());
    }

    private void target(StringBuilder out, Entry.Source source, TraceContext trace) {
        JsonField.TRACE_ID.put(out, trace.traceId());
        JsonField.SPAN_ID.put(out, trace.spanId());
        app.put(out, source.app());
        replica.put(out, source.replica());
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 || colon < host.lastIndexOf(']') ? host : host.substring(0, colon);
    }

    /** Returns 1.1 for HTTP/1.1, and 2 for HTTP/2.0. */
    private static String version(String protocol) {
        int slash = protocol.indexOf('/');
        return slash < 0 ? protocol : protocol.equals("HTTP/2.0") ? "2" : protocol.substring(slash + 1);
    }

    private String name(Enum<?> value) {
        String known = names.get(value);
        if (known == null) {
            known = value.name().toLowerCase(Locale.ROOT);
            names.put(value, known);
        }
        return known;
    }
}
