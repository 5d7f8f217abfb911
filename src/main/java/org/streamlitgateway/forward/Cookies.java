package org.streamlitgateway.forward;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Cookies of apps that share a host. */
final class Cookies {
    /** Streamlit's frontend reads this one and sends it back in a header; see {@link #withPrefix}. */
    private static final String XSRF = "_streamlit_xsrf";

    private static final String STREAMLIT = "_streamlit";

    private Cookies() {}

    /**
     * Of several Streamlit cookies of the same name only the first is kept: browsers send the one with the longest
     * path first (RFC 6265 section 5.4), while Streamlit would believe the last, which is another app's.
     */
    static String nearest(String header) {
        int first = header.indexOf(STREAMLIT);
        if (first < 0 || header.indexOf(STREAMLIT, first + 1) < 0) {
            return header;
        }
        Set<String> seen = new HashSet<>();
        StringBuilder kept = new StringBuilder(header.length());
        for (String pair : header.split(";")) {
            String trimmed = pair.trim();
            int equals = trimmed.indexOf('=');
            String name = equals < 0 ? trimmed : trimmed.substring(0, equals);
            if (trimmed.isEmpty() || name.startsWith(STREAMLIT) && !seen.add(name)) {
                continue;
            }
            kept.append(kept.isEmpty() ? "" : "; ").append(trimmed);
        }
        return kept.toString();
    }

    /**
     * Puts the stripped prefix back on a cookie's Path. The XSRF cookie stays where Streamlit puts it: the token is
     * good for every Streamlit on the host, while two of them at different paths would make uploads fail with 403
     * (streamlit/streamlit#9719).
     */
    static String withPrefix(String setCookie, String prefix) {
        if (prefix.isEmpty() || setCookie.startsWith(XSRF + "=")) {
            return setCookie;
        }
        int at = setCookie.toLowerCase(Locale.ROOT).indexOf("path=");
        while (at > 0
                && setCookie
                                .substring(0, at)
                                .stripTrailing()
                                .charAt(setCookie
                                                .substring(0, at)
                                                .stripTrailing()
                                                .length()
                                        - 1)
                        != ';') {
            at = setCookie.toLowerCase(Locale.ROOT).indexOf("path=", at + 1);
        }
        if (at <= 0) {
            return setCookie;
        }
        int start = at + "path=".length();
        int end = setCookie.indexOf(';', start);
        String path =
                setCookie.substring(start, end < 0 ? setCookie.length() : end).trim();
        String rest = end < 0 ? "" : setCookie.substring(end);
        return setCookie.substring(0, start) + Prefix.add(prefix, path) + rest;
    }
}
