package org.streamlitgateway.logging;

import java.util.logging.LogManager;

/**
 * Log manager that works up to the end of the JVM. Java's own closes all handlers when the JVM begins to exit, so that
 * nothing of an orderly stop would be logged.
 */
public final class LogsUntilExit extends LogManager {
    /** Called by Java when the JVM begins to exit. */
    @Override
    public void reset() {}

    /** Removes all handlers and levels. */
    void clear() {
        super.reset();
    }
}
