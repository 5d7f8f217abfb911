package org.streamlitgateway.trace;

/** A valid header {@code traceparent} (W3C Trace Context section 3.2). */
record TraceParent(long traceHigh, long traceLow, long span, boolean sampled) {
    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int LENGTH = 55;
    private static final int INVALID_VERSION = 0xff;
    private static final int SAMPLED = 1;

    /**
     * Parses a value. Later versions may append parts after a dash.
     *
     * @return {@code null} if it is not valid
     */
    static TraceParent parse(String received) {
        String text = received.strip();
        if (text.length() < LENGTH
                || text.charAt(TRACE_AT - 1) != '-'
                || text.charAt(SPAN_AT - 1) != '-'
                || text.charAt(FLAGS_AT - 1) != '-'
                || !isHex(text, 0, TRACE_AT - 1)
                || !isHex(text, TRACE_AT, SPAN_AT - 1)
                || !isHex(text, SPAN_AT, FLAGS_AT - 1)
                || !isHex(text, FLAGS_AT, LENGTH)) {
            return null;
        }
        int version = Integer.parseInt(text, 0, TRACE_AT - 1, 16);
        boolean longer = text.length() > LENGTH;
        if (version == INVALID_VERSION || longer && (version == 0 || text.charAt(LENGTH) != '-')) {
            return null;
        }
        long high = Long.parseUnsignedLong(text, TRACE_AT, TRACE_AT + 16, 16);
        long low = Long.parseUnsignedLong(text, TRACE_AT + 16, SPAN_AT - 1, 16);
        long span = Long.parseUnsignedLong(text, SPAN_AT, FLAGS_AT - 1, 16);
        int flags = Integer.parseInt(text, FLAGS_AT, LENGTH, 16);
        return (high == 0 && low == 0) || span == 0 ? null : new TraceParent(high, low, span, (flags & SAMPLED) != 0);
    }

    /** Capital letters are not allowed. */
    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
