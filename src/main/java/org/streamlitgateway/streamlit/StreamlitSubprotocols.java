package org.streamlitgateway.streamlit;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;

/**
 * Streamlit's use of Sec-WebSocket-Protocol, by position: {@code streamlit, XSRF-TOKEN[, SESSION-TO-RESUME]}
 * (streamlit/streamlit#8799).
 */
public final class StreamlitSubprotocols {
    public static final String HEADER = "Sec-WebSocket-Protocol";

    private StreamlitSubprotocols() {}

    /** Returns all header lines joined into one, because Streamlit reads only the first; empty if there is none. */
    public static String oneLine(HttpServletRequest request) {
        return String.join(", ", Collections.list(request.getHeaders(HEADER)));
    }

    /** Returns the header of a browser that does not ask to resume a session. */
    public static String withoutSession(HttpServletRequest request) {
        String[] entries = oneLine(request).split(",");
        return entries.length < 2 ? oneLine(request) : entries[0].trim() + ", " + entries[1].trim();
    }

    /** Returns the id of the session that the browser asks to resume, or {@code null}. */
    public static String sessionId(HttpServletRequest request) {
        String[] entries = oneLine(request).split(",");
        return entries.length >= 3 && entries[0].trim().equals("streamlit") ? entries[2].trim() : null;
    }
}
