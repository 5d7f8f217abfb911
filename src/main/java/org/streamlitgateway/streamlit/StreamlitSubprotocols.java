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

    /** The whole list in one line: Streamlit reads only the first line. Empty when there is none. */
    public static String oneLine(HttpServletRequest request) {
        return String.join(", ", Collections.list(request.getHeaders(HEADER)));
    }

    /** The session the browser wants back, or {@code null}. */
    public static String sessionId(HttpServletRequest request) {
        String[] entries = oneLine(request).split(",");
        return entries.length >= 3 && entries[0].trim().equals("streamlit") ? entries[2].trim() : null;
    }
}
