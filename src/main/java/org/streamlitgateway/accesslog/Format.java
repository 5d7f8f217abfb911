package org.streamlitgateway.accesslog;

/** Form of a line. Used by one thread. */
interface Format {
    /** Appends a line without its end. */
    void append(StringBuilder out, Entry entry);

    /** Appends nanoseconds as milliseconds with three digits after the point. */
    static void millis(StringBuilder out, long nanos) {
        long micros = Math.max(0, nanos) / 1000;
        long rest = micros % 1000;
        out.append(micros / 1000).append('.');
        if (rest < 100) {
            out.append('0');
        }
        if (rest < 10) {
            out.append('0');
        }
        out.append(rest);
    }
}
