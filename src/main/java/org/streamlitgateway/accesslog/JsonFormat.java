package org.streamlitgateway.accesslog;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.streamlitgateway.observe.RequestObserver.CacheResult;

/** One JSON object a line, with OpenTelemetry's names of attributes where it has any. Unknown values are left out. */
final class JsonFormat implements Format {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Redaction redaction;
    private long lastSecond = Long.MIN_VALUE;
    private String lastTime = "";

    JsonFormat(Redaction redaction) {
        this.redaction = redaction;
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
        boolean opens = request.session() != null;
        begin(out, request.started(), opens ? "session.open" : "request");
        text(out, "http.request.method", source.head().method());
        origin(out, source);
        number(out, "http.response.status_code", request.status());
        number(out, "http.request.body.size", request.received());
        number(out, "http.response.body.size", request.sent());
        text(out, "trace_id", source.trace().traceId());
        text(out, "span_id", source.trace().spanId());
        target(out, source);
        text(out, "session", request.session());
        text(out, "kind", request.handshake() ? "handshake" : lower(request.kind()));
        text(out, "outcome", request.outcome() == null ? "ok" : lower(request.outcome()));
        millis(out, "ms_total", request.nanos());
        millis(out, "ms_connect", request.connectNanos());
        millis(out, "ms_first_byte", request.firstByteNanos());
        text(out, "cache", request.cache() == CacheResult.NONE ? null : lower(request.cache()));
        out.append('}');
    }

    private void append(StringBuilder out, Entry.Session session) {
        Entry.Source source = session.source();
        begin(out, session.ended(), "session.close");
        origin(out, source);
        text(out, "trace_id", session.trace().traceId());
        text(out, "span_id", session.trace().spanId());
        target(out, source);
        text(out, "session", session.name());
        text(out, "session_hash", redaction.session(session.id()));
        text(out, "page", session.page());
        text(out, "opened", lower(session.opening()));
        text(out, "outcome", session.end().outcome());
        text(out, "ended_by", lower(session.end().by()));
        number(out, "close_code_browser", session.end().browserCode());
        number(out, "close_code_streamlit", session.end().streamlitCode());
        millis(out, "ms_total", session.nanos());
        number(out, "messages_up", session.messagesUp());
        number(out, "messages_down", session.messagesDown());
        number(out, "bytes_up", session.bytesUp());
        number(out, "bytes_down", session.bytesDown());
        number(out, "reruns", session.reruns());
        if (session.p95Millis() >= 0) {
            number(out, "ms_rerun_p95", session.p95Millis());
        }
        number(out, "exceptions", session.exceptions());
        out.append('}');
    }

    private void begin(StringBuilder out, Instant time, String event) {
        if (time.getEpochSecond() != lastSecond) {
            lastSecond = time.getEpochSecond();
            lastTime = SECOND.format(time);
        }
        int millis = time.getNano() / NANOS_PER_MILLI;
        out.append("{\"timestamp\":\"").append(lastTime).append('.');
        out.append((char) ('0' + millis / 100)).append((char) ('0' + millis / 10 % 10));
        out.append((char) ('0' + millis % 10))
                .append("Z\",\"event.name\":\"")
                .append(event)
                .append('"');
    }

    private void origin(StringBuilder out, Entry.Source source) {
        text(out, "url.path", redaction.path(source.head()));
        text(out, "url.query", redaction.query(source.head()));
        text(out, "client.address", source.client() == null ? source.head().peer() : source.client());
        text(out, "user_agent.original", source.head().userAgent());
        text(out, "server.address", withoutPort(source.host()));
        text(out, "network.protocol.version", version(source.head().protocol()));
        text(out, "user.id", redaction.user(source.user()));
    }

    private static void target(StringBuilder out, Entry.Source source) {
        text(out, "app", source.app());
        text(out, "replica", source.replica());
    }

    private static String withoutPort(String host) {
        int colon = host == null ? -1 : host.lastIndexOf(':');
        return colon < 0 || colon < host.lastIndexOf(']') ? host : host.substring(0, colon);
    }

    /** Returns 1.1 for HTTP/1.1, and 2 for HTTP/2.0. */
    private static String version(String protocol) {
        int slash = protocol == null ? -1 : protocol.indexOf('/');
        return slash < 0 ? protocol : protocol.equals("HTTP/2.0") ? "2" : protocol.substring(slash + 1);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void key(StringBuilder out, String key) {
        out.append(",\"").append(key).append("\":");
    }

    private static void text(StringBuilder out, String key, String value) {
        if (value != null) {
            key(out, key);
            LineText.json(out, value);
        }
    }

    private static void number(StringBuilder out, String key, long value) {
        key(out, key);
        out.append(value);
    }

    /** Appends a time, unless it is negative. */
    private static void millis(StringBuilder out, String key, long nanos) {
        if (nanos >= 0) {
            key(out, key);
            Format.millis(out, nanos);
        }
    }
}
