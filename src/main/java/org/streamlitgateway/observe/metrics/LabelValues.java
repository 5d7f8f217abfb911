package org.streamlitgateway.observe.metrics;

import java.util.Locale;
import java.util.Set;

/** Values of labels, all from closed sets. */
final class LabelValues {
    /** Value for everything outside of a closed set (OpenTelemetry's rule for methods). */
    private static final String OTHER = "_OTHER";

    /** RFC 9110 and RFC 5789. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    /** Status codes are registered from 100 to 511; 499 is the gateway's own. */
    private static final Set<Integer> STATUSES = Set.of(
            101, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401,
            402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424,
            425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511);

    private LabelValues() {}

    static String method(String method) {
        return METHODS.contains(method) ? method : OTHER;
    }

    static String code(int status) {
        return STATUSES.contains(status) ? Integer.toString(status) : OTHER;
    }

    static String of(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
