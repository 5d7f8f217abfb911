package org.streamlitgateway.config;

import org.streamlitgateway.outcome.Printable;

/**
 * One thing wrong with the configuration.
 *
 * @param where the source and key, as the user wrote it, such as {@code --proxy-port} or {@code $PROXY_PORT}
 * @param what what is wrong and how to mend it
 */
public record Problem(String where, String what) {
    private static final int MOST_WHERE = 300;
    private static final int MOST_WHAT = 1000;

    /** What was read may hold anything. */
    public Problem {
        where = Printable.of(where, MOST_WHERE);
        what = Printable.of(what, MOST_WHAT);
    }

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
