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

/** The log of the executable WAR: java.util.logging on standard error, one line a record. */
public final class ConsoleLog {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OWN = Logger.getLogger("org.streamlitgateway");

    /** Jetty warns of each Host that is not valid or not alone; the client is refused all the same. */
    private static final List<Logger> REFUSED_HEADS = List.of(
            Logger.getLogger("org.eclipse.jetty.util.HostPort"), Logger.getLogger("org.eclipse.jetty.http.HttpParser"));

    private static final Logger STREAMLIT = Logger.getLogger("streamlit"); // held here, or its level would be forgotten

    private ConsoleLog() {}

    /**
     * The level counts for the gateway and for Streamlit's output. Libraries speak from WARN on, at TRACE from INFO on:
     * below, Jetty tells whole requests, with cookies and bodies.
     */
    public static void configure(String level) {
        LogManager.getLogManager().reset();
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new Line());
        console.setFilter(new LibraryLogLimit());
        ROOT.addHandler(console);
        ROOT.setLevel(level.equals("TRACE") ? Level.INFO : level.equals("ERROR") ? Level.SEVERE : Level.WARNING);
        OWN.setLevel(julLevel(level));
        STREAMLIT.setLevel(julLevel(level));
        REFUSED_HEADS.forEach(logger -> logger.setLevel(Level.SEVERE));
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

    /** {@code 2026-11-21 22:40:01.123 INFO  bridge.Bridge  text}. */
    private static final class Line extends Formatter {
        private static final int MOST_CHARACTERS = 4000;
        private static final int MOST_CAUSES = 10;
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
                    .append(Printable.of(formatMessage(record), MOST_CHARACTERS))
                    .append('\n');
            trace(line, record.getThrown(), "");
            return line.toString();
        }

        /** Like printStackTrace, with messages that stay on their lines. */
        private static void trace(StringBuilder line, Throwable thrown, String kind) {
            Throwable next = thrown;
            String before = kind;
            for (int i = 0; next != null && i < MOST_CAUSES; i++) {
                line.append(before).append(Printable.of(next.toString())).append('\n');
                for (StackTraceElement frame : next.getStackTrace()) {
                    line.append("\tat ").append(frame).append('\n');
                }
                next = next.getCause();
                before = "Caused by: ";
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
