package org.streamlitgateway.trace.otlp;

import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.trace.TraceContext;

/**
 * A span that has ended (OTLP's {@code Span}). Immutable.
 *
 * @param startNanos since 1970, as is {@code endNanos}
 * @param error short reason for the status ERROR; {@code null} for a span without an error
 * @param attributes name, value, name, value …; values are of type String or Long
 */
record Span(
        TraceContext trace,
        String name,
        Kind kind,
        long startNanos,
        long endNanos,
        String error,
        List<Object> attributes) {
    /** OTLP's {@code SpanKind}. */
    enum Kind {
        INTERNAL(1),
        SERVER(2);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /** Attributes of a span to be made; those without a value are left out. */
    static final class Attributes {
        private final List<Object> list = new ArrayList<>();

        Attributes put(String name, String value) {
            if (value != null) {
                list.add(name);
                list.add(value);
            }
            return this;
        }

        Attributes put(String name, long value) {
            list.add(name);
            list.add(value);
            return this;
        }

        List<Object> list() {
            return list;
        }
    }
}
