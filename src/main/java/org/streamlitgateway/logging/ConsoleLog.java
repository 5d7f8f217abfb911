package org.streamlitgateway.logging;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.streamlitgateway.outcome.Printable;

/** Log of the executable WAR: java.util.logging on standard error, one line per record. */
public final class ConsoleLog {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger GATEWAY = Logger.getLogger("org.streamlitgateway");

    /** Jetty warns of every invalid or duplicate Host; clients can cause that at will, and are refused anyway. */
    private static final List<Logger> HOST_WARNINGS = List.of(
            Logger.getLogger("org.eclipse.jetty.util.HostPort"), Logger.getLogger("org.eclipse.jetty.http.HttpParser"));

    /** What operators did; written at any level. */
    private static final Logger AUDIT = Logger.getLogger("streamlit-gateway.audit");

    private static final Logger STREAMLIT = Logger.getLogger("streamlit"); // a weakly held logger would lose its level

    private ConsoleLog() {}

    /**
     * Sets the level of the gateway and of Streamlit's output. Libraries log from WARN on, and from INFO on at TRACE: on
     * lower levels, Jetty logs whole requests with cookies and bodies.
     *
     * <p>Changes nothing if the operator configures java.util.logging by one of its own system properties.
     *
     * @param level ERROR, WARN, INFO, DEBUG or TRACE
     * @return whether the level is set
     */
    public static boolean configure(String level) {
        if (System.getProperty("java.util.logging.config.file") != null
                || System.getProperty("java.util.logging.config.class") != null) {
            return false; // the operator configures files, rotation and levels
        }
        if (LogManager.getLogManager() instanceof LogsUntilExit lasting) {
            lasting.clear();
        } else {
            LogManager.getLogManager().reset();
        }
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new Line());
        console.setFilter(new LibraryLogLimit());
        ROOT.addHandler(console);
        ROOT.setLevel(level.equals("TRACE") ? Level.INFO : level.equals("ERROR") ? Level.SEVERE : Level.WARNING);
        GATEWAY.setLevel(julLevel(level));
        STREAMLIT.setLevel(julLevel(level));
        AUDIT.setLevel(Level.INFO);
        HOST_WARNINGS.forEach(logger -> logger.setLevel(Level.SEVERE));
        return true;
    }

    private static Level julLevel(String level) {
        return switch (level) {
            case "ERROR" -> Level.SEVERE;
            case "WARN" -> Level.WARNING;
            case "DEBUG" -> Level.FINE;
            case "TRACE" -> Level.FINEST;
            default -> Level.INFO;
        };
    }

    /** {@code 2026-11-21 22:40:01.123 INFO  gateway.ConfigWatcher  [/app session trace] text}. */
    private static final class Line extends Formatter {
        private static final int MAX_CHARACTERS = 4000;
        private static final int MAX_CAUSES = 10;
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder();
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            line.append(TIME.format(record.getInstant()))
                    .append(String.format(" %-5s ", levelName(record.getLevel())))
                    .append(name.replaceFirst("^org\\.streamlitgateway\\.", ""))
                    .append("  ")
                    .append(LogContext.text())
                    .append(Printable.of(formatMessage(record), MAX_CHARACTERS))
                    .append('\n');
            appendTrace(line, record.getThrown());
            return line.toString();
        }

        /** Appends a stack trace like that of printStackTrace, but with each message on one line. */
        private static void appendTrace(StringBuilder line, Throwable thrown) {
            Throwable next = thrown;
            String prefix = "";
            for (int i = 0; next != null && i < MAX_CAUSES; i++) {
                line.append(prefix).append(Printable.of(next.toString())).append('\n');
                for (StackTraceElement frame : next.getStackTrace()) {
                    line.append("\tat ").append(frame).append('\n');
                }
                next = next.getCause();
                prefix = "Caused by: ";
            }
        }

        private static String levelName(Level level) {
            int value = level.intValue();
            return value >= 1000
                    ? "ERROR"
                    : value >= 900 ? "WARN" : value >= 800 ? "INFO" : value >= 500 ? "DEBUG" : "TRACE";
        }
    }
}
