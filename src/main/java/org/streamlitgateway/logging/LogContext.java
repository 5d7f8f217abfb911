package org.streamlitgateway.logging;

import java.util.Map;
import org.slf4j.MDC;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;

/**
 * Says what a log line is about, by SLF4J's MDC: {@code trace_id}, {@code app} and {@code session}. Belongs to the calling
 * thread, whose lines must not carry it on to the next request: {@link #clear}.
 */
public final class LogContext {
    static final String TRACE = "trace_id";
    static final String APP = "app";
    static final String SESSION = "session";

    private LogContext() {}

    /** Lets the lines that follow be about a request, until {@link #clear}. */
    public static void set(RequestObserver request) {
        MDC.put(TRACE, request.trace().traceId());
        if (!request.app().equals(Traffic.NO_APP)) {
            MDC.put(APP, request.app());
        }
    }

    /** Lets the lines that follow be about nothing. Leaves nothing behind in a thread that belongs to the container. */
    public static void clear() {
        MDC.remove(TRACE);
        MDC.remove(APP);
        MDC.remove(SESSION);
        Map<String, String> rest = MDC.getCopyOfContextMap();
        if (rest == null || rest.isEmpty()) {
            MDC.clear();
        }
    }

    /** Logs something about a request, in any thread. */
    public static void with(RequestObserver request, Runnable logging) {
        with(request.trace().traceId(), request.app(), null, logging);
    }

    /** Logs something about a session, in any thread. */
    public static void with(SessionObserver session, Runnable logging) {
        with(session.trace().traceId(), session.app(), session.name(), logging);
    }

    private static void with(String trace, String app, String session, Runnable logging) {
        String previousTrace = MDC.get(TRACE);
        String previousApp = MDC.get(APP);
        String previousSession = MDC.get(SESSION);
        put(trace, app, session);
        try {
            logging.run();
        } finally {
            clear();
            put(previousTrace, previousApp, previousSession);
        }
    }

    private static void put(String trace, String app, String session) {
        put(TRACE, trace);
        put(APP, app);
        put(SESSION, session);
    }

    private static void put(String key, String value) {
        if (value != null) {
            MDC.put(key, value);
        }
    }

    /** Returns what the current line is about, as {@code [/sales WebSocket 7 4bf92f…] }, or nothing. */
    static String text() {
        String trace = MDC.get(TRACE);
        if (trace == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("[");
        for (String key : new String[] {APP, SESSION}) {
            String value = MDC.get(key);
            if (value != null) {
                text.append(value).append(' ');
            }
        }
        return text.append(trace).append("] ").toString();
    }
}
