package org.streamlitgateway.trace.otlp;

import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.observe.ScriptRun;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.head.RequestHead;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.streamlit.message.ScriptListener.RunStatus;

/** Makes spans of what was observed, with OpenTelemetry's names of attributes, and {@code streamlit.*} for the rest. */
final class Spans {
    /** Known methods (OpenTelemetry's semantic conventions); others would make any number of names. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    /** Shown in place of a session id, which is secret. */
    private static final String HIDDEN = "*";

    private static final int MAX_PAGE_CHARACTERS = 200;
    private static final int SERVER_ERROR = 500;

    /** WebSocket close code of a connection that was cut. */
    private static final int ABNORMAL = 1006;

    private Spans() {}

    static Span of(RequestObserver request) {
        RequestHead head = request.head();
        Outcome outcome = request.outcome();
        String method = METHODS.contains(head.method()) ? head.method() : "_OTHER";
        String error = request.status() < SERVER_ERROR
                ? null
                : outcome == null ? Integer.toString(request.status()) : lower(outcome);
        long start = nanos(request.started());
        Span.Attributes attributes = new Span.Attributes()
                .put("http.request.method", method)
                .put("url.path", head.path(id -> HIDDEN))
                .put("http.response.status_code", request.status())
                .put("http.request.body.size", request.receivedBytes())
                .put("http.response.body.size", request.sentBytes())
                .put("client.address", request.clientAddress())
                .put("server.address", request.host())
                .put("user_agent.original", head.userAgent())
                .put("error.type", error)
                .put("streamlit.app", request.app())
                .put("streamlit.replica", request.replica())
                .put("streamlit.kind", request.isUpgrade() ? "handshake" : lower(request.kind()))
                .put("streamlit.outcome", outcome == null ? null : lower(outcome))
                .put(
                        "streamlit.cache",
                        request.cacheResult() == CacheResult.NONE ? null : lower(request.cacheResult()));
        return new Span(
                request.trace(),
                method + ' ' + request.app(),
                Span.Kind.SERVER,
                start,
                start + request.durationNanos(),
                error,
                attributes.list());
    }

    static Span of(SessionObserver session) {
        SessionObserver.End end = session.end();
        long start = nanos(session.opened());
        boolean lost = end.by() == SessionObserver.EndedBy.STREAMLIT && end.streamlitCode() == ABNORMAL;
        Span.Attributes attributes = new Span.Attributes()
                .put("streamlit.app", session.app())
                .put("streamlit.replica", session.replica())
                .put("streamlit.session", session.name())
                .put("streamlit.version", session.streamlitVersion())
                .put("streamlit.opened", lower(session.opening()))
                .put("streamlit.outcome", end.outcome())
                .put("streamlit.ended_by", lower(end.by()))
                .put("streamlit.close_code.browser", end.browserCode())
                .put("streamlit.close_code.streamlit", end.streamlitCode())
                .put("streamlit.messages.up", session.messages(Direction.UP))
                .put("streamlit.messages.down", session.messages(Direction.DOWN))
                .put("streamlit.bytes.up", session.bytes(Direction.UP))
                .put("streamlit.bytes.down", session.bytes(Direction.DOWN))
                .put("streamlit.reruns", session.reruns())
                .put("streamlit.exceptions", session.exceptions());
        return new Span(
                session.trace(),
                "streamlit.session",
                Span.Kind.INTERNAL,
                start,
                start + session.durationNanos(),
                lost ? end.outcome() : null,
                attributes.list());
    }

    /** Makes the span of a run that ends now. */
    static Span of(SessionObserver session, ScriptRun run) {
        long end = nanos(Instant.now());
        Span.Attributes attributes = new Span.Attributes()
                .put("streamlit.app", session.app())
                .put("streamlit.session", session.name())
                .put("streamlit.page", page(run.page()))
                .put("streamlit.kind", lower(run.kind()))
                .put("streamlit.status", run.status() == null ? "session_ended" : lower(run.status()));
        if (run.firstElementNanos() >= 0) {
            attributes.put("streamlit.first_element_ms", TimeUnit.NANOSECONDS.toMillis(run.firstElementNanos()));
        }
        return new Span(
                session.trace().child(),
                "streamlit.rerun",
                Span.Kind.INTERNAL,
                end - run.durationNanos(),
                end,
                run.status() == RunStatus.COMPILE_ERROR ? lower(run.status()) : null,
                attributes.list());
    }

    /** Returns the page with a slash, so that the first page has a name, too. */
    private static String page(String page) {
        return page == null ? null : "/" + page.substring(0, Math.min(page.length(), MAX_PAGE_CHARACTERS));
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
