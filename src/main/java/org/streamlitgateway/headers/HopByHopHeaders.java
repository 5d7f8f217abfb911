package org.streamlitgateway.headers;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Hop-by-hop headers, which are not forwarded (RFC 9110 section 7.6.1). */
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
    private static final Set<String> KNOWN_OPTIONS = Set.of("close", "keep-alive", "upgrade");

    private HopByHopHeaders() {}

    /** Returns the names in lower case: the fixed ones and those listed in the Connection headers. */
    static Set<String> of(List<String> connectionHeaders) {
        Set<String> names = ALWAYS;
        for (String header : connectionHeaders) {
            for (String option : header.toLowerCase(Locale.ROOT).split(",")) {
                String name = option.trim();
                if (!name.isEmpty() && !KNOWN_OPTIONS.contains(name)) {
                    names = names == ALWAYS ? new HashSet<>(ALWAYS) : names;
                    names.add(name);
                }
            }
        }
        return names;
    }
}
