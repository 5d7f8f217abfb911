package org.streamlitgateway.pages;

import jakarta.servlet.http.HttpServletResponse;

/** The Date of what the gateway answers itself (RFC 9110 section 6.6.1); an app's own takes its place. */
public final class ResponseDate {
    private static final String NAME = "Date";

    private ResponseDate() {}

    /** Unless the server has put one there. */
    public static void put(HttpServletResponse response) {
        if (!response.containsHeader(NAME)) {
            response.setDateHeader(NAME, System.currentTimeMillis());
        }
    }
}
