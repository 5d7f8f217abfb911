package org.streamlitgateway.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** A bound on what reading a piece of input may cost, wherever the input came from. */
public final class Effort {
    private static final int LENGTH = 16_000; // a quarter of what a request's head may hold
    private static final int SELDOM = 0x1f; // one input in 32: a long one costs as much as hundreds
    private static final long MOST_NANOS = 500_000_000L; // quadratic readers take several times that, instrumented
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Effort() {}

    /** A reader of text. */
    @FunctionalInterface
    public interface Reader {
        void read(String text);
    }

    /** For some inputs, always the same ones: repeats the input, or the part behind its first character, until it is long, and has it read. */
    public static void assertLinear(String input, Reader reader) {
        if (input.isEmpty() || (input.hashCode() & SELDOM) != 0) {
            return;
        }
        String tail = input.substring(input.length() / 2);
        assertBounded(repeated(input), reader);
        assertBounded(input + repeated(tail), reader);
        assertBounded(input + repeated(tail) + "\u0001", reader);
    }

    private static String repeated(String unit) {
        return unit.repeat(Math.max(1, LENGTH / unit.length()));
    }

    private static void assertBounded(String text, Reader reader) {
        long before = THREADS.getCurrentThreadCpuTime();
        reader.read(text);
        long used = THREADS.getCurrentThreadCpuTime() - before;
        if (used > MOST_NANOS) {
            throw new AssertionError(used / 1_000_000 + " ms for " + text.length() + " characters");
        }
    }
}
