package org.streamlitgateway.config;

import org.streamlitgateway.outcome.Printable;

/**
 * A problem in the configuration.
 *
 * @param where source and key, as the user wrote it, such as {@code --proxy-port} or {@code $PROXY_PORT}
 * @param what the problem and how to fix it
 */
public record Problem(String where, String what) {
    private static final int MAX_WHERE_LENGTH = 300;
    private static final int MAX_WHAT_LENGTH = 1000;

    /** Escapes and bounds both texts, since they quote user input. */
    public Problem {
        where = Printable.of(where, MAX_WHERE_LENGTH);
        what = Printable.of(what, MAX_WHAT_LENGTH);
    }

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
