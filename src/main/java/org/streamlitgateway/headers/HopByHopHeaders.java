package org.streamlitgateway.headers;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that belong to one connection and end here (RFC 9110 section 7.6.1). */
final class HopByHopHeaders {
    private static final Set<String> ALWAYS = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");
    private static final Set<String> HARMLESS_OPTIONS = Set.of("close", "keep-alive", "upgrade");

    private HopByHopHeaders() {}

    /** Names in lower case: the fixed ones and those that the Connection headers list. */
    static Set<String> of(List<String> connectionHeaders) {
        Set<String> named = ALWAYS;
        for (String header : connectionHeaders) {
            for (String option : header.toLowerCase(Locale.ROOT).split(",")) {
                String name = option.trim();
                if (!name.isEmpty() && !HARMLESS_OPTIONS.contains(name)) {
                    named = named == ALWAYS ? new HashSet<>(ALWAYS) : named;
                    named.add(name);
                }
            }
        }
        return named;
    }
}
