package org.streamlitgateway.pages;

import jakarta.servlet.http.HttpServletResponse;

/** Date header of responses created by the gateway (RFC 9110 section 6.6.1). An app's own Date replaces it. */
public final class ResponseDate {
    private static final String NAME = "Date";

    private ResponseDate() {}

    /** Sets the header, unless the container has set it. */
    public static void put(HttpServletResponse response) {
        if (!response.containsHeader(NAME)) {
            response.setDateHeader(NAME, System.currentTimeMillis());
        }
    }
}
