package org.streamlitgateway.accesslog;

import java.util.Locale;

/** Names in a line of JSON: OpenTelemetry's where it has one. */
enum JsonField {
    TIMESTAMP("timestamp"),
    EVENT_NAME("event.name"),
    HTTP_REQUEST_METHOD("http.request.method"),
    URL_PATH("url.path"),
    URL_QUERY("url.query"),
    HTTP_RESPONSE_STATUS_CODE("http.response.status_code"),
    CLIENT_ADDRESS("client.address"),
    USER_AGENT("user_agent.original"),
    SERVER_ADDRESS("server.address"),
    NETWORK_PROTOCOL_VERSION("network.protocol.version"),
    HTTP_REQUEST_BODY_SIZE("http.request.body.size"),
    HTTP_RESPONSE_BODY_SIZE("http.response.body.size"),
    USER_ID("user.id"),
    TRACE_ID,
    SPAN_ID,
    APP,
    REPLICA,
    SESSION,
    SESSION_HASH,
    PAGE,
    KIND,
    OPENED,
    OUTCOME,
    ENDED_BY,
    CLOSE_CODE_BROWSER,
    CLOSE_CODE_STREAMLIT,
    MS_TOTAL,
    MS_CONNECT,
    MS_FIRST_BYTE,
    CACHE,
    MESSAGES_UP,
    MESSAGES_DOWN,
    BYTES_UP,
    BYTES_DOWN,
    RERUNS,
    MS_RERUN_P95,
    EXCEPTIONS;

    /** The comma before the field, its name and the colon. */
    private final String prefix;

    JsonField() {
        prefix = prefix(name().toLowerCase(Locale.ROOT));
    }

    JsonField(String name) {
        prefix = prefix(name);
    }

    private static String prefix(String name) {
        return ",\"" + name + "\":";
    }

    /** Begins the field. */
    StringBuilder begin(StringBuilder out) {
        return out.append(prefix);
    }

    /** Begins the object with this field. */
    StringBuilder beginFirst(StringBuilder out) {
        return out.append('{').append(prefix, 1, prefix.length());
    }

    /** Appends the field; leaves it out without a value. */
    void put(StringBuilder out, String value) {
        if (value != null) {
            LineText.json(begin(out), value);
        }
    }

    void put(StringBuilder out, long value) {
        begin(out).append(value);
    }

    /** Appends nanoseconds as milliseconds, unless they are negative. */
    void putMillis(StringBuilder out, long nanos) {
        if (nanos >= 0) {
            Format.millis(begin(out), nanos);
        }
    }
}
