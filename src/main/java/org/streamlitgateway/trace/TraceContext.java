package org.streamlitgateway.trace;

import java.util.Enumeration;
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

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** Digits of an id of 64 bits. */
    private static final int DIGITS = 16;

    /** Version, dashes and flags of the header around both ids. */
    private static final int TRACE_AT = 3;

    private static final int SPAN_AT = TRACE_AT + 2 * DIGITS + 1;
    private static final int FLAGS_AT = SPAN_AT + DIGITS + 1;

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
        char[] text = new char[2 * DIGITS];
        hex(traceHigh, text, 0);
        hex(traceLow, text, DIGITS);
        return new String(text);
    }

    /** Returns 16 hexadecimal digits. */
    public String spanId() {
        return hex(span);
    }

    /** Returns 16 hexadecimal digits, or nothing for a span without a parent. */
    public String parentId() {
        return parent == 0 ? "" : hex(parent);
    }

    /** Returns the value of {@link #PARENT_HEADER} for a request within this span. */
    public String header() {
        char[] text = new char[FLAGS_AT + 2];
        text[0] = '0';
        text[1] = '0';
        text[TRACE_AT - 1] = '-';
        hex(traceHigh, text, TRACE_AT);
        hex(traceLow, text, TRACE_AT + DIGITS);
        text[SPAN_AT - 1] = '-';
        hex(span, text, SPAN_AT);
        text[FLAGS_AT - 1] = '-';
        text[FLAGS_AT] = '0';
        text[FLAGS_AT + 1] = sampled ? '1' : '0';
        return new String(text);
    }

    private static String hex(long id) {
        char[] text = new char[DIGITS];
        hex(id, text, 0);
        return new String(text);
    }

    private static void hex(long id, char[] out, int at) {
        for (int i = 0; i < DIGITS; i++) {
            out[at + i] = HEX[(int) (id >>> 4 * (DIGITS - 1 - i)) & 15];
        }
    }

    private static long id() {
        long id;
        do {
            id = ThreadLocalRandom.current().nextLong();
        } while (id == 0);
        return id;
    }
}
