package org.streamlitgateway.accesslog;

import java.time.Instant;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.RequestObserver.CacheResult;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.head.RequestHead;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.trace.TraceContext;

/** What one line of the log says. Immutable; refers to nothing that the container reuses. */
sealed interface Entry {
    /** Returns the request, or the handshake of the session. */
    Source source();

    /**
     * Origin and destination of a request. Texts are neither escaped nor redacted.
     *
     * @param client address of the client; {@code null} if the request was not valid
     * @param user {@code null} if none is authenticated
     * @param host {@code null} if the request was not valid
     * @param replica {@code null} if none was chosen
     */
    record Source(
            RequestHead head, String client, String user, String host, TraceContext trace, String app, String replica) {
        static Source of(RequestObserver request) {
            return new Source(
                    request.head(),
                    request.clientAddress(),
                    request.user(),
                    request.host(),
                    request.trace(),
                    request.app(),
                    request.replica());
        }

        /** Returns the number of characters that others chose. */
        int characters() {
            return length(head.path())
                    + length(head.query())
                    + length(head.referer())
                    + length(head.userAgent())
                    + length(user)
                    + length(host);
        }

        private static int length(String text) {
            return text == null ? 0 : text.length();
        }
    }

    /**
     * A request that has ended, or an accepted handshake.
     *
     * @param session name of the session that the handshake opened; {@code null} for a request
     * @param connectNanos negative if there was no connection to a replica; the same for {@code firstByteNanos}
     */
    record Request(
            Source source,
            Instant started,
            long nanos,
            boolean handshake,
            String session,
            RequestKind kind,
            int status,
            long received,
            long sent,
            Outcome outcome,
            long connectNanos,
            long firstByteNanos,
            CacheResult cache)
            implements Entry {
        static Request of(RequestObserver request) {
            SessionObserver session = request.isAccepted() ? request.session() : null;
            return new Request(
                    Source.of(request),
                    request.started(),
                    request.durationNanos(),
                    request.isUpgrade(),
                    session == null ? null : session.name(),
                    request.kind(),
                    request.status(),
                    request.receivedBytes(),
                    request.sentBytes(),
                    request.outcome(),
                    request.connectNanos(),
                    request.firstByteNanos(),
                    request.cacheResult());
        }
    }

    /**
     * A session that has ended.
     *
     * @param id Streamlit's id, which must not be shown; {@code null} if it is not known
     * @param trace place of the session, not of its handshake, in the trace
     * @param p95Millis negative if no run has finished
     */
    record Session(
            Source source,
            String name,
            String id,
            TraceContext trace,
            String page,
            Instant ended,
            long nanos,
            Opening opening,
            SessionObserver.End end,
            long messagesUp,
            long messagesDown,
            long bytesUp,
            long bytesDown,
            long reruns,
            long p95Millis,
            long exceptions)
            implements Entry {
        static Session of(SessionObserver session) {
            long nanos = session.durationNanos();
            return new Session(
                    Source.of(session.request()),
                    session.name(),
                    session.id(),
                    session.trace(),
                    session.page(),
                    session.opened().plusNanos(nanos),
                    nanos,
                    session.opening(),
                    session.end(),
                    session.messages(Direction.UP),
                    session.messages(Direction.DOWN),
                    session.bytes(Direction.UP),
                    session.bytes(Direction.DOWN),
                    session.reruns(),
                    session.p95Millis(),
                    session.exceptions());
        }
    }
}
