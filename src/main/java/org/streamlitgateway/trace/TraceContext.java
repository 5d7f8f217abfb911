package org.streamlitgateway.trace;

import java.util.Enumeration;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The place of a request or session in a trace: a span. Immutable. Ids identify, they protect nothing, so a fast generator
 * makes them.
 *
 * @param traceHigh first half of the trace's id
 * @param traceLow second half; never both are 0
 * @param parent id of the span above; 0 if there is none
 * @param span id of this span; never 0
 * @param sampled whether the spans of the trace are recorded
 * @param state value of the header {@code tracestate}, or empty
 */
public record TraceContext(long traceHigh, long traceLow, long parent, long span, boolean sampled, String state) {
    /** Header that carries the ids, in lower case. */
    public static final String PARENT_HEADER = "traceparent";

    /** Header that carries other systems' data, in lower case. */
    public static final String STATE_HEADER = "tracestate";

    private static final HexFormat HEX = HexFormat.of();

    /** Begins a trace. */
    public static TraceContext begin(boolean sampled) {
        return new TraceContext(id(), id(), 0, id(), sampled, "");
    }

    /**
     * Continues the trace of a request, if its headers are valid.
     *
     * @return {@code null} if they are not, or there are none
     */
    public static TraceContext continued(Enumeration<String> parents, Enumeration<String> states) {
        if (!parents.hasMoreElements()) {
            return null;
        }
        TraceParent parent = TraceParent.parse(parents.nextElement());
        return parent == null || parents.hasMoreElements()
                ? null
                : new TraceContext(
                        parent.traceHigh(),
                        parent.traceLow(),
                        parent.span(),
                        id(),
                        parent.sampled(),
                        TraceState.join(states));
    }

    /** Creates a span below this one. */
    public TraceContext child() {
        return new TraceContext(traceHigh, traceLow, span, id(), sampled, state);
    }

    /** Returns 32 hexadecimal digits. */
    public String traceId() {
        return HEX.toHexDigits(traceHigh) + HEX.toHexDigits(traceLow);
    }

    /** Returns 16 hexadecimal digits. */
    public String spanId() {
        return HEX.toHexDigits(span);
    }

    /** Returns 16 hexadecimal digits, or nothing for a span without a parent. */
    public String parentId() {
        return parent == 0 ? "" : HEX.toHexDigits(parent);
    }

    /** Returns the value of {@link #PARENT_HEADER} for a request within this span. */
    public String header() {
        return "00-" + traceId() + '-' + spanId() + (sampled ? "-01" : "-00");
    }

    private static long id() {
        long id;
        do {
            id = ThreadLocalRandom.current().nextLong();
        } while (id == 0);
        return id;
    }
}
